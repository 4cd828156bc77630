"""SQLAlchemy: threads use shared table definitions; each has a database in memory of its own."""

import sqlalchemy as sa

metadata = sa.MetaData()
items = sa.Table(
    "items",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(20)),
)


def work(number: int) -> list[object]:
    """Create, insert, select."""
    engine = sa.create_engine("sqlite://")
    with engine.begin() as connection:
        metadata.create_all(connection)
        rows = [{"name": f"item {n % (number + 2)}"} for n in range(60)]
        connection.execute(sa.insert(items), rows)
        counted = sa.select(items.c.name, sa.func.count()).group_by(items.c.name)
        found = [tuple(row) for row in connection.execute(counted.order_by(items.c.name))]
    engine.dispose()
    return found
