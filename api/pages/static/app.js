/* Comforts only: everything here is also there without a script. */
const own = document.querySelector("script[data-nhsuk]");
import(own.dataset.nhsuk).then((nhsuk) => nhsuk.initAll());

// A form is sent once; its hidden key makes a second sending harmless anyway.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});

// A slider beside the number of an event: each moves the other, and both say which event it is.
const slider = document.querySelector("input[type=range][data-moments]");
if (slider) {
  const moments = JSON.parse(slider.dataset.moments);
  const said = document.getElementById(slider.dataset.said);
  const number = document.getElementById(slider.dataset.number);
  const say = () => {
    const text = `Event ${slider.value} of ${slider.max}, ${moments[slider.value - 1]}`;
    slider.setAttribute("aria-valuetext", text);
    if (said) said.textContent = text;
  };
  slider.hidden = false;
  slider.addEventListener("input", () => {
    number.value = slider.value;
    say();
  });
  number.addEventListener("input", () => {
    if (!number.value || !number.validity.valid) return;
    slider.value = number.value;
    say();
  });
  say();
}

// "Copy link to this moment" stays a link; with a clipboard it also copies.
const link = document.querySelector("a[data-copy]");
if (link && navigator.clipboard) {
  link.addEventListener("click", async (event) => {
    event.preventDefault();
    await navigator.clipboard.writeText(link.href);
    link.textContent = "Link copied";
  });
}

// A case's five minutes: the page says since when, and a script counts.
function counted() {
  const timer = document.querySelector("[data-began]");
  if (!timer) return;
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(timer.dataset.began)) / 1000));
  const over = seconds >= timer.dataset.minutes * 60;
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  timer.textContent = `${clock} of ${timer.dataset.minutes} minutes${over ? ", time is over" : ""}`;
  timer.classList.toggle("tc-late", over);
}
if (document.querySelector("[data-began], #following")) setInterval(counted, 1000);

// Who follows a meeting hears whom it has come to.
const said = document.getElementById("said");
if (said) {
  let who = document.querySelector("h1").textContent;
  new MutationObserver(() => {
    const now = document.querySelector("h1")?.textContent ?? who;
    if (now !== who) said.textContent = `The meeting has come to ${now}`;
    who = now;
  }).observe(document.querySelector("main"), { childList: true, subtree: true });
}
