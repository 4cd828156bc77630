"""pydantic-core: threads validate with one shared validator and write with one shared serializer."""

from pydantic_core import SchemaSerializer, SchemaValidator, ValidationError, core_schema

SCHEMA = core_schema.list_schema(
    core_schema.typed_dict_schema(
        {
            "name": core_schema.typed_dict_field(core_schema.str_schema(max_length=20)),
            "size": core_schema.typed_dict_field(core_schema.int_schema(ge=0)),
        }
    )
)
VALIDATOR = SchemaValidator(SCHEMA)
SERIALIZER = SchemaSerializer(SCHEMA)


def work(number: int) -> list[object]:
    """Validate what is right and what is wrong."""
    good = VALIDATOR.validate_python(
        [{"name": f"n{n}", "size": str(n)} for n in range(number, 200)]
    )
    try:
        VALIDATOR.validate_python([{"name": "n", "size": -number - 1}])
    except ValidationError as error:
        problem = error.errors()[0]["type"]
    else:
        problem = "none"
    return [good, problem, SERIALIZER.to_json(good)]
