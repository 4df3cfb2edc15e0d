/* What is live on a page: one stream that says of whom there is news, rows asked for again in place,
   and a pause. Everything here is also there after a reload, without a script. */

const PLACES = 4; // a browser opens six connections to a host over HTTP/1.1: two are left to work with
const LOST = 2000; // milliseconds before a connection that is made again by itself is called lost
const MOST = 60000; // milliseconds between two tries, at most
const TOGETHER = 40; // persons asked for again at once

const strip = document.querySelector("[data-live]");
const line = strip.querySelector("#fresh");
const news = strip.querySelector("#live-news");
const status = strip.querySelector("#live-said");
const pause = strip.querySelector("[data-pause]");
const stream = new URL(strip.dataset.live, location);
const again = "again" in strip.dataset; // the page may be asked for again by its own address
const form = document.querySelector("main form[method=post] :is(input:not([type=hidden]), select, textarea)") !== null;

const clock = () => new Date().toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
const many = (count, one, more) => `${count} ${count === 1 ? one : more}`;

let last = Number(stream.searchParams.get("after"));
let fresh = line.innerHTML;
let over = false;
let since = history.state?.paused ? clock() : undefined; // paused when; what is here now is of now
let paused = since !== undefined;
let counted = 0; // entries told since the page was shown
const changed = new Set(); // persons of whom there is news that is not shown yet
const waiting = new Set(); // rows that would be new here

/* What the line says. Only a change of state is announced: a count that ticks would never be quiet. */
function say(state, text, aloud = text) {
  strip.dataset.state = state;
  line.innerHTML = state === "live" ? fresh : "";
  if (state !== "live") {
    const said = line.appendChild(document.createElement("p"));
    said.className = `tc-fresh tc-fresh--${state}`;
    said.textContent = text;
  }
  if (aloud && status.textContent !== aloud) status.textContent = aloud;
}

/* Live, behind or not updating: the one word of the line that is said aloud, when it is another. */
const standing = () => /<strong>(.*?)<\/strong>/.exec(fresh)?.[1] ?? "";

function link(text, href = location.pathname + location.search) {
  const made = document.createElement("a");
  made.href = href;
  made.textContent = text;
  return made;
}

/* News that waits: said beside the line, with a link that shows it. Nothing moves until it is used. */
function tell(text, aloud) {
  news.hidden = !text;
  news.replaceChildren(...(text ? [`${text}`, ...(again && !writing(document.querySelector("main")) ? [", ", link("show")] : [])] : []));
  if (text && aloud && status.textContent !== text) status.textContent = text;
}

// The connection. Four tabs of a browser have one each; the others wait for a place.

let source;
let leave = () => {};
let asked;
let tries = 0;
let lost;

function place() {
  if (!navigator.locks) return Promise.resolve(() => {}); // without https nobody counts
  asked = new AbortController();
  const { signal } = asked;
  return new Promise((found) => {
    for (let number = 1; number <= PLACES; number++)
      navigator.locks
        .request(`live ${number}`, { signal }, () => {
          if (signal.aborted) return undefined;
          asked.abort(); // the other places are not waited for any more
          return new Promise((free) => found(free));
        })
        .catch(() => {});
  });
}

async function begin() {
  if (over || source || document.hidden) return;
  const off = setTimeout(() => {
    if (!source) say("off", `Live updates are off in this tab: ${PLACES} others have them. This is as it was at ${clock()}.`);
  }, 300);
  leave = await place();
  clearTimeout(off);
  if (document.hidden) return end();
  connect();
}

function connect() {
  stream.searchParams.set("after", last);
  source = new EventSource(stream);
  source.addEventListener("open", () => {
    tries = 0;
    clearTimeout(lost);
    lost = undefined;
  });
  source.addEventListener("fresh", (event) => {
    const before = strip.dataset.state;
    const was = standing();
    fresh = event.data;
    if (!paused) say("live", "", before === "lost" ? "Connected again" : standing() === was ? "" : standing());
  });
  source.addEventListener("news", (event) => heard(Number(event.lastEventId), JSON.parse(event.data)));
  source.addEventListener("over", (event) => finish(event.data));
  source.addEventListener("error", () => {
    const at = clock();
    lost ??= setTimeout(() => say("lost", `Connection lost. This is as it was at ${at}; trying again.`, "Connection lost"), LOST);
    if (source && source.readyState === EventSource.CLOSED) retry();
  });
}

/* A refused stream is not tried again by the browser: see whether one is still signed in. */
async function retry() {
  source.close();
  source = undefined;
  await new Promise((then) => setTimeout(then, Math.min(1000 * 2 ** tries++, MOST)));
  if (document.hidden || source || over) return;
  const answer = await fetch("/live/fresh").catch(() => undefined);
  if (answer?.redirected || answer?.status === 401) return finish("signed out");
  connect();
}

function finish(why) {
  over = true;
  end();
  clearTimeout(lost);
  const as = `This page is as it was at ${clock()}.`;
  if (why === "signed out") say("over", `You are signed out. ${as} `, "You are signed out");
  else say("over", `What you may see has changed. ${as} `, "What you may see has changed");
  line.firstChild.append(link(why === "signed out" ? "Sign in" : "Show it as it is now"));
}

function end() {
  source?.close();
  source = undefined;
  asked?.abort();
  leave();
  leave = () => {};
}

document.addEventListener("visibilitychange", () => (document.hidden ? end() : begin()));
window.addEventListener("pagehide", end);
window.addEventListener("pageshow", (event) => event.persisted && begin());

// News: what it is about is asked for again, soon, and put where it stands.

let soon;

function heard(number, { of, count }) {
  last = number;
  counted += count;
  for (const person of of) changed.add(person);
  document.body.dispatchEvent(new CustomEvent("entry"));
  if (paused) return sayPaused();
  soon ??= setTimeout(show, 300);
}

async function show() {
  const here = document.querySelectorAll("[data-of], [data-region], [data-tail]").length;
  const some = [...changed].slice(0, TOGETHER);
  for (const person of some) changed.delete(person);
  try {
    if (strip.dataset.since && some.includes(strip.dataset.person)) await tellSince();
    else if (again && here) await showAgain(some);
    else if (here) some.forEach(markChanged);
    else if (!strip.dataset.since && !form) tell(counted ? `${many(counted, "new entry", "new entries")} since you opened this page` : "There is news since you opened this page");
  } catch {
    some.forEach((person) => changed.add(person)); // the connection says that it is lost
  }
  soon = changed.size ? setTimeout(show, 1000) : undefined;
}

/* What was told of the record that the page shows: said, and not shown before one asks. */
async function tellSince() {
  const answer = await fetch(strip.dataset.since);
  if (!answer.ok || answer.redirected) return;
  const text = (await answer.text()).trim();
  if (!text || news.innerHTML === text) return;
  news.hidden = false;
  news.innerHTML = text;
  status.textContent = news.querySelector("strong")?.textContent ?? "";
}

async function showAgain(persons) {
  const answer = await fetch(location.href, { headers: { "X-Rows": persons.join(" ") } });
  if (answer.redirected) return finish("signed out");
  if (!answer.ok) throw new Error(answer.status);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (paused) return persons.forEach((person) => changed.add(person));
  for (const region of document.querySelectorAll("[data-region]")) {
    const now = page.getElementById(region.id);
    if (now) put(region, now);
  }
  for (const tail of document.querySelectorAll("[data-tail]")) {
    const now = page.getElementById(tail.id);
    if (now) whenLeft(tail, tail.id, () => put(document.getElementById(tail.id), now));
  }
  for (const row of document.querySelectorAll("[data-of]")) {
    if (row.dataset.of && !persons.includes(row.dataset.of)) continue;
    const now = page.getElementById(row.id);
    if (now) put(row, now, "row");
    else await gone(row);
  }
  for (const row of page.querySelectorAll("[data-of]"))
    if (!document.getElementById(row.id)) waiting.add(row.id);
  if (waiting.size) tell(`${waiting.size} new`, true);
}

/* Whether two of them say the same: hidden keys differ each time. */
function same(one, other) {
  const [a, b] = [one, other].map((each) => {
    const copy = each.cloneNode(true);
    for (const key of copy.querySelectorAll("input[name=key]")) key.remove();
    copy.removeAttribute("style");
    return copy.outerHTML;
  });
  return a === b;
}

/* Whether somebody writes in it, or has opened something that would close. */
const shown = new WeakSet(document.querySelectorAll("details[open]")); // open as they came
function writing(where) {
  const changed = (each) => each.type !== "hidden" && "defaultValue" in each && each.value !== each.defaultValue;
  return [...where.querySelectorAll("details[open]")].some((each) => !shown.has(each)) || [...where.querySelectorAll("input, textarea")].some(changed);
}

const tall = (row) => row.getBoundingClientRect().height;

/* Something in place of what it was. What has the focus keeps it, and no row moves under a pointer. */
function put(old, now, kind) {
  if (same(old, now)) return;
  if (writing(old)) return waiting.add(old.id);
  const stops = (where) => [...where.querySelectorAll("a[href], button, input, select, summary")];
  const at = stops(old).indexOf(document.activeElement);
  const held = document.activeElement?.getAttribute?.("href");
  const height = tall(old);
  const list = old.parentElement;
  now = document.adoptNode(now);
  for (const each of now.querySelectorAll("details[open]")) shown.add(each);
  old.replaceWith(now);
  if (kind === "row") {
    if (tall(now) > height && list.matches(":hover")) {
      now.replaceWith(old);
      return whenLeft(list, now.id, () => put(document.getElementById(now.id), now, kind));
    }
    if (tall(now) < height) now.style.height = `${height}px`;
  }
  if (at < 0) return;
  const those = stops(now);
  const focus = those.find((each) => held && each.getAttribute("href") === held) ?? those[at];
  if (focus) focus.focus({ preventScroll: true });
}

const leaving = new WeakMap(); // by element: what happens there, by id, once it is left

/* At once, or when neither pointer nor focus is in it any more; the last word of each id counts. */
function whenLeft(where, id, then) {
  const inside = () => where.matches(":hover, :focus-within");
  if (!inside()) return then();
  const waits = leaving.get(where) ?? new Map();
  waits.set(id, then);
  if (waits.size > 1 || leaving.has(where)) return undefined;
  leaving.set(where, waits);
  const left = () =>
    setTimeout(() => {
      if (inside() || !leaving.has(where)) return;
      leaving.delete(where);
      for (const event of ["pointerleave", "focusout"]) where.removeEventListener(event, left);
      for (const each of waits.values()) each();
    });
  for (const event of ["pointerleave", "focusout"]) where.addEventListener(event, left);
  return undefined;
}

/* A row that is no longer in this view: greyed where it stands, with where it went. */
async function gone(row) {
  const answer = row.dataset.where ? await fetch(row.dataset.where).catch(() => undefined) : undefined;
  const where = answer?.ok && !answer.redirected ? await answer.text() : "";
  row.classList.add("tc-gone");
  mark(row, where || "No longer in this view");
}

function markChanged(person) {
  for (const row of document.querySelectorAll(`[data-of="${CSS.escape(person)}"]`)) mark(row, "Changed since you opened this page");
}

/* A word in the last cell of a row, or at the end of a card; the row stays as high as it was. */
function mark(row, text) {
  const height = tall(row);
  let said = row.querySelector(".tc-gone__where");
  if (!said) {
    said = document.createElement("span");
    said.className = "tc-table__small tc-gone__where";
    if (row.matches("tr")) row.lastElementChild.replaceChildren(said);
    else row.append(said);
  }
  said.textContent = text;
  if (tall(row) < height) row.style.height = `${height}px`;
}

// The pause, kept with this page in the tab's history: nothing is stored.

function sayPaused() {
  say("paused", `Updates paused at ${since}${counted ? ` · ${many(counted, "new entry waits", "new entries wait")}` : ""}`, "Updates paused");
}

function press() {
  pause.textContent = paused ? "Resume updates" : "Pause updates";
  if (paused) sayPaused();
}

pause.hidden = false;
pause.addEventListener("click", () => {
  paused = !paused;
  history.replaceState({ ...history.state, paused }, "");
  if (paused) {
    counted = 0;
    since = clock();
  } else {
    say(source ? "live" : "lost", "", "Updates resumed");
    soon ??= setTimeout(show, 0);
  }
  press();
});
press();
begin();
