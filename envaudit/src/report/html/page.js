
"use strict";
(() => {
  const times = Array.from(document.querySelectorAll("time"), (element) => ({
    element,
    utc: element.textContent,
    exact: element.getAttribute("datetime"),
  }));
  const two = (number) => String(number).padStart(2, "0");
  const local = (moment) =>
    `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())} ` +
    `${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const note = document.getElementById("zone");
  const how = matchMedia("(hover: none)").matches ? "tapped" : "pointed at";
  const show = (here) => {
    for (const { element, utc, exact } of times) {
      const moment = new Date(exact);
      element.textContent = here && !Number.isNaN(moment.getTime()) ? local(moment) : utc;
      element.title = here ? utc : exact;
    }
    note.textContent = here ? `Times are those of ${zone}; each shows its UTC when ${how}.` : "Times are UTC.";
  };
  if (zone && zone !== "UTC") {
    show(true);
    // On paper nothing can be pointed at.
    addEventListener("beforeprint", () => show(false));
    addEventListener("afterprint", () => show(true));
    // A finger points at nothing.
    const known = new Map(times.map((time) => [time.element, time]));
    addEventListener("click", ({ target }) => {
      const time = known.get(target);
      if (!time) return;
      const { element, utc, exact } = time;
      element.textContent = element.textContent === utc ? local(new Date(exact)) : utc;
    });
  }

  const form = document.getElementById("search");
  const input = document.getElementById("words");
  const output = document.getElementById("matches");
  const rows = Array.from(document.querySelectorAll(".scroll tbody tr, .timeline tbody tr:not(.group)"), (element) => ({
    element,
    text: element.textContent.toLowerCase(),
  }));
  const groups = Array.from(document.querySelectorAll(".timeline .group"));
  for (const group of groups) {
    for (let row = group.nextElementSibling; row && !row.classList.contains("group"); row = row.nextElementSibling) {
      const known = rows.find(({ element }) => element === row);
      known.text += ` ${group.textContent.toLowerCase()}`;
      known.group = group;
    }
  }
  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    const used = new Set();
    for (const { element, text, group } of rows) {
      const matches = words.every((word) => text.includes(word));
      element.hidden = !matches;
      shown += matches ? 1 : 0;
      if (matches && group) used.add(group);
    }
    for (const group of groups) group.hidden = !used.has(group);
    output.textContent = words.length ? `${shown} of ${rows.length} rows` : "";
  };
  if (rows.length) {
    form.hidden = false;
    form.addEventListener("submit", (event) => event.preventDefault());
    input.addEventListener("input", filter);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Escape") {
        input.value = "";
        filter();
      }
    });
  }
})();
