// Keyboards: what scrolls sideways can be focused, drawers can be opened. Rows of numbers: a link to each, which is copied when it is clicked.
// Without this script the rows have their anchors all the same, and browsers focus what scrolls by themselves.
(() => {
  "use strict";
  const scrolling = () => {
    for (const box of document.querySelectorAll("pre, .table-wrapper")) {
      const wide = box.scrollWidth > box.clientWidth + 1 || box.scrollHeight > box.clientHeight + 1;
      if (box.tagName === "PRE") wide ? box.setAttribute("tabindex", "0") : box.removeAttribute("tabindex");
    }
  };
  scrolling();
  addEventListener("resize", scrolling);
  addEventListener("load", scrolling);
  document.addEventListener("toggle", scrolling, true); // folded code has no width until it is opened

  // Furo opens its drawers with labels, which no keyboard reaches on a narrow screen.
  for (const label of document.querySelectorAll(".nav-overlay-icon, .toc-header-icon, .toc-content-icon")) {
    const box = document.getElementById(label.htmlFor);
    const button = label.querySelector(".icon"); // a label may not be a button itself
    if (!box || !button) continue;
    button.tabIndex = 0;
    button.setAttribute("role", "button");
    button.setAttribute("aria-label", box.getAttribute("aria-label"));
    const tell = () => button.setAttribute("aria-expanded", String(box.checked));
    tell();
    box.addEventListener("change", tell);
    button.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      box.checked = !box.checked;
      box.dispatchEvent(new Event("change"));
      const drawer = document.querySelector(box.id === "__toc" ? ".toc-drawer" : ".sidebar-drawer");
      if (box.checked) setTimeout(() => drawer?.querySelector("a[href], input")?.focus(), 300); // Furo slides it in
    });
    addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !box.checked) return;
      box.checked = false;
      box.dispatchEvent(new Event("change"));
      if (button.offsetParent) button.focus();
    });
  }

  const status = document.createElement("div");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  const main = document.getElementById("furo-main-content");
  main?.append(status);
  for (const row of main?.querySelectorAll("table tbody tr") ?? []) {
    const anchor = row.id ? row : row.querySelector("span.target[id], th[id]");
    const cell = row.cells[0];
    if (!anchor || !cell) continue;
    const link = document.createElement("a");
    link.className = "row-link";
    link.href = `#${anchor.id}`;
    link.setAttribute("aria-label", `Link to this row: ${cell.textContent.trim()}`);
    link.textContent = "¶";
    link.addEventListener("click", () => {
      navigator.clipboard?.writeText(link.href).then(
        () => { status.textContent = "The address of the row was copied."; link.dataset.copied = "copied"; setTimeout(() => delete link.dataset.copied, 1500); },
        () => {},
      );
    });
    cell.append(link);
  }
})();
