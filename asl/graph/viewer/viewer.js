"use strict";
(() => {
  const details = JSON.parse(document.getElementById("details").textContent);
  const drawing = document.getElementById("drawing");
  const svg = drawing.querySelector("svg");
  const panel = document.getElementById("panel");
  const shown = document.getElementById("state");
  const select = document.getElementById("states");
  const states = [...svg.querySelectorAll("[data-state]")];
  const byKey = new Map(states.map((state) => [state.dataset.state, state]));
  const natural = { width: svg.width.baseVal.value, height: svg.height.baseVal.value };
  let scale = 1;

  // As asl/printable.py does: control characters, and marks that reorder text or have no width, are shown as escapes.
  const FORMS = [["x", 2], ["u", 4], ["U", 8]];
  const escaped = (one) => {
    const code = one.codePointAt(0).toString(16);
    const [letter, digits] = FORMS.find(([, most]) => code.length <= most);
    return `\\${letter}${code.padStart(digits, "0")}`;
  };
  const printable = (text) => String(text ?? "").replace(/[\p{C}\p{Zl}\p{Zp}]/gu, escaped);
  const lines = (text) => text.split("\n").map(printable).join("\n");

  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text !== undefined) made.textContent = name === "pre" ? lines(text) : printable(text);
    if (className) made.className = className;
    return made;
  };
  const json = (value) => element("pre", JSON.stringify(value, null, 2));

  const resize = (to) => {
    scale = Math.min(3, Math.max(0.15, to));
    svg.setAttribute("width", natural.width * scale);
    svg.setAttribute("height", natural.height * scale);
  };
  // Small screens show the drawing at a size that can be read, and let one scroll.
  const fit = () => resize(Math.min(1, Math.max(drawing.clientWidth / natural.width - 0.01, innerWidth < 768 ? 0.5 : 0.2)));

  const table = (head, rows, numbers = []) => {
    const made = element("table");
    const top = made.createTHead().insertRow();
    head.forEach((text, at) => top.append(element("th", text, numbers.includes(at) ? "number" : "")));
    const body = made.createTBody();
    for (const row of rows) {
      const line = body.insertRow();
      row.forEach((text, at) => line.append(element("td", text, numbers.includes(at) ? "number" : "")));
    }
    return made;
  };
  const section = (title, ...parts) => [element("h3", title), ...parts];
  const folded = (title, part, open = false) => {
    const made = element("details");
    made.open = open;
    made.append(element("summary", title), part);
    return made;
  };
  const size = (bytes) => (bytes === null ? "unbounded" : bytes.toLocaleString("en"));

  const PROMISES = {
    takes: "Takes", gives: "Gives", raises: "When it fails", says: "Publishes", leaves: "Leaves",
  };

  const visits = (all) => all.flatMap((visit, at) => [
    ...section(all.length > 1 ? `Visit ${at + 1}: ${visit.outcome}` : `In this execution: ${visit.outcome}`),
    element("p", visit.facts.join(", ")),
    ...(visit.error ? [element("p", visit.error, "bad")] : []),
    ...(visit.cause ? [folded("Cause", typeof visit.cause === "string" ? element("pre", visit.cause) : json(visit.cause))] : []),
    ...(visit.attempts.length > 1
      ? [table(["try", "seconds", "error"], visit.attempts.map((one, number) => [number + 1, one.seconds, one.error || ""]), [1])]
      : []),
    ...("input" in visit ? [folded("Payload in", json(visit.input))] : []),
    ...("output" in visit ? [folded("Payload out", json(visit.output))] : []),
  ]);

  const show = (found) => {
    const parts = [element("h2", found.name), element("p", [found.kind, ...found.notes].join(" \u00b7 "))];
    parts.push(...visits(found.visits || []));
    if (found.arrives) parts.push(...section("Arrives", folded("Example", json(found.arrives))));
    for (const [edge, contract] of Object.entries(found.contracts || {})) {
      parts.push(...section(`${PROMISES[edge]}: ${contract.name}`, folded("Example", json(contract.example))));
    }
    if (found.leaves) parts.push(...section("Passes on", folded("Example", json(found.leaves))));
    const sizes = Object.entries(found.sizes || {});
    if (sizes.length) {
      parts.push(...section("Largest payload, proved"), table(["", "bytes"], sizes.map(([kind, bytes]) => [kind, size(bytes)]), [1]));
    }
    if ((found.permissions || []).length) {
      parts.push(...section("Permissions"), table(["may", "actions", "on"], found.permissions));
    }
    parts.push(...section("Definition", json(found.definition)));
    shown.replaceChildren(...parts);
  };

  const close = () => {
    panel.hidden = true;
    states.forEach((state) => state.classList.remove("chosen"));
    select.value = "";
    history.replaceState(null, "", location.pathname + location.search);
  };
  const open = (key) => {
    const state = byKey.get(key);
    if (!state || !details[key]) return;
    states.forEach((other) => other.classList.toggle("chosen", other === state));
    show(details[key]);
    panel.hidden = false;
    panel.scrollTop = 0;
    select.value = key;
    history.replaceState(null, "", `#${encodeURIComponent(key)}`);
    state.scrollIntoView({ block: "nearest", inline: "nearest" });
  };

  const edges = [...svg.querySelectorAll("[data-from]")].map(({ dataset }) => [dataset.from, dataset.to]);
  const neighbour = (key, ahead) => {
    const [from, to] = ahead ? [0, 1] : [1, 0];
    return edges.filter((edge) => edge[from] === key && byKey.has(edge[to])).map((edge) => edge[to])[0];
  };

  for (const state of states) {
    const key = state.dataset.state;
    state.setAttribute("tabindex", "0");
    state.setAttribute("role", "button");
    state.setAttribute("aria-label", printable(`${details[key].name}, ${details[key].kind}`));
    state.addEventListener("click", () => open(key));
    const option = element("option", details[key].name);
    option.value = key;
    select.append(option);
  }
  svg.setAttribute("role", "group");  // what is in it can be operated

  document.addEventListener("keydown", (event) => {
    const key = document.activeElement?.dataset?.state;
    if (event.key === "Escape") close();
    if (!key) return;
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(key); }
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = neighbour(key, event.key === "ArrowDown");
      if (next) { event.preventDefault(); byKey.get(next).focus(); }
    }
  });
  select.addEventListener("change", () => (select.value ? open(select.value) : close()));
  document.getElementById("close").addEventListener("click", close);
  document.getElementById("smaller").addEventListener("click", () => resize(scale / 1.25));
  document.getElementById("larger").addEventListener("click", () => resize(scale * 1.25));
  document.getElementById("fit").addEventListener("click", fit);
  fit();
  if (location.hash) open(decodeURIComponent(location.hash.slice(1)));
})();
