// A field above the grid of outcome tests that hides the rows without its words. The grid is complete
// without it.
(() => {
  const table = document.querySelector("table.outcome-grid");
  if (!table) return;
  const label = document.createElement("label");
  label.className = "outcome-filter";
  label.textContent = "Show rows with ";
  const field = document.createElement("input");
  field.type = "search";
  field.placeholder = "dict iterate crash";
  const shown = document.createElement("output");
  label.append(field, " ", shown);
  const rows = [...table.tBodies[0].rows];
  const groups = rows.filter((row) => row.querySelector("th[scope=rowgroup]"));
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let group = null;
    let count = 0;
    for (const row of rows) {
      if (groups.includes(row)) {
        group = row;
        group.hidden = true;
        continue;
      }
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      if (!row.hidden) {
        count += 1;
        if (group) group.hidden = false;
      }
    }
    shown.value = words.length ? `${count} of ${rows.length - groups.length}` : "";
    const address = new URL(location.href);
    if (words.length) address.searchParams.set("q", field.value);
    else address.searchParams.delete("q");
    history.replaceState(null, "", address);
  };
  // A cell shows its shape; its word appears where the pointer rests.
  for (const word of table.querySelectorAll(".oc")) word.closest("td").title = word.textContent;
  field.addEventListener("input", show);
  field.value = new URL(location.href).searchParams.get("q") ?? "";
  (table.closest(".table-wrapper") ?? table).before(label);
  show();
})();
