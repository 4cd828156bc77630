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

  // Furo's drawings of a button that works with scripts only: here once, where every page would hold them; see ftguide/site/lean.py.
  document.body.insertAdjacentHTML("beforeend", `<svg style="display: none"><symbol id="svg-moon" viewBox="0 0 24 24"><title>Dark mode</title><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1" stroke-linecap="round" stroke-linejoin="round"><path stroke="none" d="M0 0h24v24H0z" fill="none" /><path d="M12 3c.132 0 .263 0 .393 0a7.5 7.5 0 0 0 7.92 12.446a9 9 0 1 1 -8.313 -12.454z" /></svg></symbol><symbol id="svg-moon-with-sun" viewBox="0 0 24 24"><title>Auto light/dark, in dark mode</title><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1" stroke-linecap="round" stroke-linejoin="round" ><path d="M 8.282 7.007 C 8.385 7.007 8.494 7.007 8.595 7.007 C 5.18 10.184 6.481 15.869 10.942 17.24 C 12.275 17.648 13.706 17.589 15 17.066 C 12.851 22.236 5.91 23.143 2.505 18.696 C -0.897 14.249 1.791 7.786 7.342 7.063 C 7.652 7.021 7.965 7 8.282 7 L 8.282 7.007 Z"/><line style="opacity: 50%" x1="18" y1="3.705" x2="18" y2="2.5"/><line style="opacity: 50%" x1="18" y1="11.295" x2="18" y2="12.5"/><line style="opacity: 50%" x1="15.316" y1="4.816" x2="14.464" y2="3.964"/><line style="opacity: 50%" x1="20.711" y1="10.212" x2="21.563" y2="11.063"/><line style="opacity: 50%" x1="14.205" y1="7.5" x2="13.001" y2="7.5"/><line style="opacity: 50%" x1="21.795" y1="7.5" x2="23" y2="7.5"/><line style="opacity: 50%" x1="15.316" y1="10.184" x2="14.464" y2="11.036"/><line style="opacity: 50%" x1="20.711" y1="4.789" x2="21.563" y2="3.937"/><circle style="opacity: 50%" cx="18" cy="7.5" r="2.169"/></svg></symbol><symbol id="svg-sun" viewBox="0 0 24 24"><title>Light mode</title><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1" stroke-linecap="round" stroke-linejoin="round"><circle cx="12" cy="12" r="5"/><line x1="12" y1="1" x2="12" y2="3"/><line x1="12" y1="21" x2="12" y2="23"/><line x1="4.22" y1="4.22" x2="5.64" y2="5.64"/><line x1="18.36" y1="18.36" x2="19.78" y2="19.78"/><line x1="1" y1="12" x2="3" y2="12"/><line x1="21" y1="12" x2="23" y2="12"/><line x1="4.22" y1="19.78" x2="5.64" y2="18.36"/><line x1="18.36" y1="5.64" x2="19.78" y2="4.22"/></svg></symbol><symbol id="svg-sun-with-moon" viewBox="0 0 24 24"><title>Auto light/dark, in light mode</title><svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1" stroke-linecap="round" stroke-linejoin="round" ><path style="opacity: 50%" d="M 5.411 14.504 C 5.471 14.504 5.532 14.504 5.591 14.504 C 3.639 16.319 4.383 19.569 6.931 20.352 C 7.693 20.586 8.512 20.551 9.25 20.252 C 8.023 23.207 4.056 23.725 2.11 21.184 C 0.166 18.642 1.702 14.949 4.874 14.536 C 5.051 14.512 5.231 14.5 5.411 14.5 L 5.411 14.504 Z"/><line x1="14.5" y1="3.25" x2="14.5" y2="1.25"/><line x1="14.5" y1="15.85" x2="14.5" y2="17.85"/><line x1="10.044" y1="5.094" x2="8.63" y2="3.68"/><line x1="19" y1="14.05" x2="20.414" y2="15.464"/><line x1="8.2" y1="9.55" x2="6.2" y2="9.55"/><line x1="20.8" y1="9.55" x2="22.8" y2="9.55"/><line x1="10.044" y1="14.006" x2="8.63" y2="15.42"/><line x1="19" y1="5.05" x2="20.414" y2="3.636"/><circle cx="14.5" cy="9.55" r="3.6"/></svg></symbol></svg>`);
  for (const button of document.querySelectorAll(".theme-toggle")) {
    button.innerHTML ||= [["auto-light", "sun-with-moon"], ["auto-dark", "moon-with-sun"], ["dark", "moon"], ["light", "sun"]]
      .map(([when, icon]) => `<svg class="theme-icon-when-${when}"><use href="#svg-${icon}"></use></svg>`).join("");
  }

  for (const link of document.querySelectorAll("a.headerlink")) link.title ||= "Link to this heading";

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
    (cell.lastElementChild?.tagName === "P" ? cell.lastElementChild : cell).append(link);  // in its line, not below it
  }
})();
