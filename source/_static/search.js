// Search with Pagefind's index. What is found enters the page as text; only Pagefind's own marks become elements.
// Where it cannot run (a site opened as files, an index that is missing) the page A to Z is what is left.
(() => {
  "use strict";
  const root = document.documentElement.dataset.content_root ?? "./";
  const form = document.querySelector(".search-form");
  const field = document.getElementById("search-words");
  const said = document.getElementById("search-status");
  const list = document.getElementById("search-results");
  if (!form || !field || !said || !list) return;
  const AT_ONCE = 10;
  // As search.py does it with what is indexed: words end where punctuation joins identifiers.
  const JOINT = /(?<=[\p{L}\p{N}_)\]])[.(=\[:/,|]+(?=[\p{L}_])/gu;
  const whole = (text) => text.replace(/ (<mark>)?\u200b/g, "$1");
  const make = (tag, properties = {}, ...children) => {
    const node = Object.assign(document.createElement(tag), properties);
    node.append(...children);
    return node;
  };
  const marked = (excerpt) => {
    const piece = make("p", { className: "search-excerpt" });
    for (const part of whole(excerpt).split(/(<mark>.*?<\/mark>)/)) {
      const hit = /^<mark>(.*)<\/mark>$/.exec(part);
      const text = (hit ? hit[1] : part).replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&#39;|&#x27;/g, "'").replace(/&amp;/g, "&");
      piece.append(hit ? make("mark", {}, text) : text);
    }
    return piece;
  };
  const address = (url) => root + url.replace(/^\//, "");
  const item = (page) => {
    const found = make(
      "li",
      {},
      make("a", { href: address(page.raw_url ?? page.url), className: "search-title" }, whole(page.meta.title ?? page.url)),
      make("span", { className: "search-kind" }, ` ${page.meta.kind ?? ""}`),
    );
    const sections = (page.sub_results ?? []).filter((one) => one.anchor && one.title !== page.meta.title).slice(0, 3);
    found.append(marked((sections.length ? sections[0] : page).excerpt));
    if (sections.length) {
      const links = sections.map((one) => make("li", {}, make("a", { href: address(one.url) }, whole(one.title))));
      found.append(make("ul", { className: "search-sections" }, ...links));
    }
    return found;
  };

  let engine;
  const start = () => {
    if (location.protocol === "file:") return Promise.reject(new Error("Search needs a web server, and this site was opened as files."));
    engine ??= import(new URL(`${root}pagefind/pagefind.js`, location.href).href).then(async (pagefind) => {
      await pagefind.options({ baseUrl: "/", excerptLength: 24 });
      return pagefind;
    });
    return engine;
  };
  // All words; where no page has them all, without those that the fewest pages have.
  const find = async (pagefind, words) => {
    const { results } = await pagefind.search(words.join(" "));
    if (results.length || words.length < 2) return { results, without: [] };
    const pages = await Promise.all(words.map(async (word) => (await pagefind.search(word)).results.length));
    const order = words.map((_, i) => i).sort((a, b) => pages[a] - pages[b]);
    for (let left = 1; left < words.length; left++) {
      const out = new Set(order.slice(0, left));
      const { results: some } = await pagefind.search(words.filter((_, i) => !out.has(i)).join(" "));
      if (some.length) return { results: some, without: words.filter((_, i) => out.has(i)) };
    }
    return { results, without: [] };
  };
  const look = async (words) => {
    list.replaceChildren();
    if (!words.trim()) {
      said.textContent = "";
      return;
    }
    said.textContent = "Searching …";
    try {
      const pagefind = await start();
      const { results, without } = await find(pagefind, words.replace(JOINT, " ").split(/\s+/).filter(Boolean));
      const number = results.length;
      const left = without.length ? `; none has “${without.join("” and “")}” as well` : "";
      said.textContent = number ? `${number} ${number === 1 ? "page" : "pages"} for “${words}”${left}` : `No page has “${words}”.`;
      let shown = 0;
      const more = async () => {
        const pages = await Promise.all(results.slice(shown, shown + AT_ONCE).map((one) => one.data()));
        list.append(...pages.map(item));
        shown += pages.length;
        if (shown < number) {
          const button = make("button", { type: "button", className: "search-more" }, `Show ${Math.min(AT_ONCE, number - shown)} more`);
          button.addEventListener("click", async () => {
            button.parentElement.remove();
            const before = list.children.length;
            await more();
            list.children[before]?.querySelector("a")?.focus();
          });
          list.append(make("li", { className: "search-rest" }, button));
        }
      };
      await more();
      document.body.dataset.searched = words;
    } catch (error) {
      const reason = location.protocol === "file:" ? error.message : "The search index could not be loaded.";
      said.replaceChildren(`${reason} The page `, make("a", { href: `${root}a-z.html` }, "A to Z"), " lists everything, without a search.");
      document.body.dataset.searched = words;
    }
  };

  field.value = new URLSearchParams(location.search).get("q") ?? "";
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", `?${new URLSearchParams({ q: field.value })}`);
    look(field.value);
  });
  look(field.value);
  if (!field.value) field.focus();
})();
