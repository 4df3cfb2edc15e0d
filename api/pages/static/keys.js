/* Single keys: to the next and the previous row, to the search, to the help. What they lead to is a
   link or a field that is there anyway; the page that lists them turns them off. */

const WRITES = "input, select, textarea, [contenteditable]";

/* The first link of each row of a list that follows people, in the order of the page. */
const rows = () =>
  [...document.querySelectorAll("main :is([data-of], [data-tail] li)")].filter((row) => row.querySelector("a[href]")?.checkVisibility());

function go(step) {
  const there = rows();
  const here = there.findIndex((row) => row.contains(document.activeElement));
  const next = there[here < 0 ? 0 : here + step];
  next?.querySelector("a[href]").focus();
}

const DOES = {
  j: () => go(1),
  k: () => go(-1),
  "/": () => {
    const search = document.querySelector("main input[type=search]");
    if (search) search.focus();
    else document.querySelector("nav a[href='/caseload']")?.click();
  },
  "?": () => location.assign("/keyboard"),
};

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.target.matches?.(WRITES) || !Object.hasOwn(DOES, event.key)) return;
  event.preventDefault();
  DOES[event.key]();
});
