// Menus and sorting for the compatibility table. Without this script the table is complete, sorted by
// name. What is chosen stands in the address, so a view can be shared. Text only ever enters the page
// as text.
(() => {
  "use strict";
  const box = document.querySelector(".compat-browser");
  const table = box?.querySelector("table");
  const body = table?.tBodies[0];
  if (!body) return;
  const levels = box.dataset.levels.split("|");
  const cells = box.dataset.cells.split("|");
  const first = Number(box.dataset.first);
  const rows = [...body.rows].map((row, index) => ({
    row,
    index,
    name: row.cells[0].textContent.trim(),
    text: row.textContent.toLowerCase(),
    ranks: row.dataset.ranks.split(" ").map(Number),
    headline: Number(row.dataset.headline),
    field: row.dataset.field,
  }));
  const address = new URLSearchParams(location.search);

  const make = (tag, properties = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };
  const labelled = (text, control) => make("label", {}, text, control);
  const menu = (name, options) => {
    const select = make("select", { name }, ...options.map(([value, text]) => make("option", { value }, text)));
    const asked = address.get(name);
    if (options.some(([value]) => value === asked)) select.value = asked;
    return select;
  };

  const search = make("input", { type: "search", name: "q", autocomplete: "off", value: address.get("q") ?? "" });
  const where = menu("cell", [["", "lowest found"], ...cells.map((name, i) => [String(i), name])]);
  const present = new Set(rows.flatMap((one) => [one.headline, ...one.ranks]));
  const level = menu("level", [["", "all"], ...[...present].sort((a, b) => b - a).map((rank) => [String(rank), levels[rank]])]);
  const field = menu("field", [["", "all"], ...[...new Set(rows.map((one) => one.field))].sort().map((name) => [name, name])]);
  const reset = make("button", { type: "button" }, "Show all");
  const said = make("output", { name: "shown" });
  const menus = make(
    "form",
    { className: "compat-menus" },
    labelled("Find a package", search),
    labelled("Look at", where),
    labelled("Level there", level),
    labelled("Field", field),
    reset,
    said,
  );
  menus.setAttribute("role", "search");
  menus.setAttribute("aria-label", "Choose packages");
  said.setAttribute("aria-live", "polite");

  const rankOf = (one) => (where.value === "" ? one.headline : one.ranks[Number(where.value)]);
  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const one of rows) {
      const fits =
        words.every((word) => one.text.includes(word)) &&
        (level.value === "" || rankOf(one) === Number(level.value)) &&
        (field.value === "" || one.field === field.value);
      one.row.hidden = !fits;
      shown += fits;
    }
    said.value = `${shown} of ${rows.length} packages`;
    const query = new URLSearchParams();
    for (const control of [search, where, level, field]) {
      if (control.value !== "") query.set(control.name, control.value);
    }
    const text = query.toString();
    try {
      history.replaceState(null, "", `${location.pathname}${text ? `?${text}` : ""}${location.hash}`);
    } catch {
      // Browsers refuse this for pages opened from a file.
    }
  };
  menus.addEventListener("input", show);
  menus.addEventListener("submit", (event) => event.preventDefault());
  reset.addEventListener("click", () => {
    for (const control of [search, where, level, field]) control.value = "";
    show();
  });

  // Per column what it is sorted by; levels by their rank, best first on the first click.
  // Behind name and headline each line has a column, then each pair of neighbours has one.
  const lines = (table.tHead.rows[0].cells.length - 1) / 2;
  const perLine = cells.length / lines;
  const lowest = (ranks) => {
    const verdicts = ranks.filter((rank) => rank >= first); // what is below says nothing yet
    return verdicts.length ? Math.min(...verdicts) : Math.max(...ranks);
  };
  const text = (column) => (one) => one.row.cells[column].textContent.trim();
  const keys = [
    (one) => one.name,
    (one) => one.headline,
    ...Array.from({ length: lines }, (_, line) => (one) => lowest(one.ranks.slice(line * perLine, (line + 1) * perLine))),
    ...Array.from({ length: lines - 1 }, (_, column) => text(2 + lines + column)),
  ];
  const compare = (a, b) =>
    typeof a === "number" ? a - b : a.localeCompare(b, "en", { numeric: true });
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    const button = make("button", { type: "button" }, ...(head.querySelector("p") ?? head).childNodes);
    (head.querySelector("p") ?? head).append(button);
    const numbers = column >= 1 && column < 2 + lines;
    button.addEventListener("click", () => {
      const before = head.getAttribute("aria-sort");
      const order = before ? (before === "ascending" ? "descending" : "ascending") : numbers ? "descending" : "ascending";
      for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const sorted = [...rows].sort(
        (a, b) => sign * compare(keys[column](a), keys[column](b)) || a.index - b.index,
      );
      body.append(...sorted.map((one) => one.row));
    });
  });

  box.prepend(menus);
  show();
  // A link to a row still finds it after the table was filtered or moved.
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
})();
