"use strict";
// The page of `summ serve`. Texts become DOM text nodes only: nothing is ever parsed as HTML.

const $ = (id) => document.getElementById(id);
const SVG = "http://www.w3.org/2000/svg";
const FIGURES = {
  likelihood: "compressor: likelihood", reconstruction: "reconstructor", humanness: "discriminator",
  fluency: "language model", salience: "salience", repetition: "repetition", novelty: "new words",
};
const METHODS = {
  kept: "kept as it is", extracted: "whole sentences", compressed: "shortened", cut: "only broken off",
};
let token = "";
let documents = []; // {name, records}
let shown = []; // summaries

// -- Building the page -----------------------------------------------------------------------

function make(name, options = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(options)) {
    if (key === "class") element.className = value;
    else element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

function draw(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  if (text !== undefined) element.textContent = text;
  return element;
}

function stretches(list, aligned, other) {
  return list.map((one) => {
    const telling = /[\p{L}\p{N}]/u.test(one.text); // spaces and marks are nobody's invention
    const name = `${one.aligned ? aligned : telling ? other : "left"}${one.kind ? ` ${one.kind}` : ""}`;
    return make(one.kind || one.aligned ? "mark" : "span", { class: name }, one.text);
  });
}

// -- Asking the server -----------------------------------------------------------------------

class Refused extends Error {}

async function ask(path, body, type = "application/json") {
  const headers = { "Content-Type": type };
  if (token) headers.Authorization = `Bearer ${token}`;
  let response;
  try {
    response = await fetch(path, { method: "POST", headers, body });
  } catch {
    throw new Refused("The server does not answer. Is summ serve still running?");
  }
  const answer = await response.json().catch(() => ({ error: `Status ${response.status}.` }));
  if (response.status === 401) $("token-form").hidden = false;
  if (!response.ok) throw new Refused(answer.error);
  return answer;
}

function onSubmit(form, error, work) {
  const button = $(form).querySelector("button[type=submit]");
  $(form).addEventListener("submit", async (event) => {
    event.preventDefault();
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    $(error).textContent = "";
    try {
      await work();
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      $(error).textContent = problem.message;
    } finally {
      button.setAttribute("aria-busy", "false");
    }
  });
}

function numberIn(id) {
  const value = $(id).value.trim();
  return value === "" ? null : Number(value);
}

async function watchHealth() {
  try {
    const { status, version } = await (await fetch("/api/health")).json();
    $("state").textContent = status === "ready" ? `Ready (summ ${version}).` : "Loading the model…";
    if (status !== "ready") setTimeout(watchHealth, 500);
  } catch {
    $("state").textContent = "The server does not answer.";
    setTimeout(watchHealth, 2000);
  }
}

// -- Tabs --------------------------------------------------------------------------------------

const tabs = [...document.querySelectorAll("[role=tab]")];

function select(tab, focus) {
  for (const one of tabs) {
    const chosen = one === tab;
    one.setAttribute("aria-selected", String(chosen));
    one.tabIndex = chosen ? 0 : -1;
    $(one.getAttribute("aria-controls")).hidden = !chosen;
  }
  if (focus) tab.focus();
}

tabs.forEach((tab, place) => {
  tab.addEventListener("click", () => select(tab, false));
  tab.addEventListener("keydown", (event) => {
    const places = {
      ArrowRight: (place + 1) % tabs.length, ArrowLeft: (place + tabs.length - 1) % tabs.length,
      Home: 0, End: tabs.length - 1,
    };
    if (!(event.key in places)) return;
    event.preventDefault();
    select(tabs[places[event.key]], true);
  });
});

// -- Files -------------------------------------------------------------------------------------

async function read(files) {
  $("summarize-error").textContent = "";
  select($("tab-summarize"), false);
  for (const file of files) {
    try {
      const query = new URLSearchParams({ name: file.name, lines: String($("lines").checked) });
      const answer = await ask(`/api/read?${query}`, file, "application/octet-stream");
      documents.push({ name: file.name, records: answer.records });
      if (answer.warnings.length) $("summarize-error").textContent = answer.warnings.join(" ");
    } catch (problem) {
      if (!(problem instanceof Refused)) throw problem;
      $("summarize-error").textContent = problem.message;
    }
  }
  listDocuments();
}

function listDocuments() {
  $("documents").hidden = documents.length === 0;
  $("documents").replaceChildren(...documents.map((one, place) => {
    const count = one.records.length;
    const remove = make("button", { type: "button", "aria-label": `Remove ${one.name}` }, "Remove");
    remove.addEventListener("click", () => {
      documents.splice(place, 1);
      listDocuments();
    });
    const size = count === 1 ? "" : ` (${count} texts)`;
    return make("li", {}, make("bdi", {}, one.name), `${size} `, remove);
  }));
}

$("files").addEventListener("change", async () => {
  await read([...$("files").files]);
  $("files").value = "";
});
addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("dropping");
});
addEventListener("dragleave", () => document.body.classList.remove("dropping"));
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dropping");
  read([...event.dataTransfer.files]);
});

// -- Summaries ---------------------------------------------------------------------------------

function records() {
  const typed = $("text").value;
  let own = typed.trim() ? [{ id: "", text: typed }] : [];
  if ($("lines").checked) {
    own = typed.split("\n").filter((line) => line.trim()).map((text) => ({ id: "", text }));
  }
  const all = [...own, ...documents.flatMap((one) => one.records)];
  return all.map((one, place) => ({ id: one.id || String(place + 1), text: one.text }));
}

onSubmit("summarize-form", "summarize-error", async () => {
  const given = records();
  if (!given.length) throw new Refused("There is no text. Paste one, or drop a file.");
  const question = {
    records: given, words: numberIn("words"), style: $("style").value,
    together: $("together").checked && given.length > 1, alignment: true,
  };
  const answer = await ask("/api/summarize", JSON.stringify(question));
  shown = answer.summaries;
  const title = shown.length === 1 ? "Summary" : `${shown.length} summaries`;
  $("result-title").textContent = title;
  $("summaries").replaceChildren(...shown.map((one) => article(one, shown.length > 1)));
  if (question.together) $("summaries").append(supportOf(answer.support));
  $("result").hidden = false;
  $("result-title").focus();
});

function article(one, named) {
  const line = make("p", { class: "line", dir: "auto" });
  line.append(...stretches(one.alignment.summary, "said", "made"));
  const facts = make("p", { class: "facts" });
  if (named) facts.append(make("bdi", {}, one.id), " · ");
  facts.append(`${one.words} ${one.words === 1 ? "word" : "words"} · ${METHODS[one.method] || one.method}`);
  if (one.truncated) facts.append(" · ", make("span", { class: "flag" }, "not all of the text was read"));
  for (const note of notesOf(one)) facts.append(" · ", make("span", { class: "flag" }, note));
  const checks = make("ul", { class: "checks", "aria-label": "Numbers and negations" });
  checks.append(...one.alignment.checks.map((check) =>
    make("li", { class: check.holds ? "holds" : "fails" }, `${check.holds ? "✓" : "⚠"} ${check.note}`)));
  const source = make("div", { class: "source", dir: "auto", tabindex: "0", role: "region", "aria-label": "Source" });
  source.append(...stretches(one.alignment.source, "kept", "left"));
  const details = make("details", {}, make("summary", {}, "What was kept"), source);
  details.open = shown.length === 1;
  const whole = make("article", {}, line, facts, details);
  if (one.alignment.checks.length) facts.after(checks);
  return whole;
}

function notesOf(one) {
  const notes = [];
  if (!["en", "und"].includes(one.language)) notes.push(`language: ${one.language}`);
  if (typeof one.unlike_training === "number" && one.unlike_training >= 95) {
    notes.push("unlike what the model has read");
  }
  return notes;
}

function supportOf(support) {
  const list = make("ul", { class: "checks" });
  for (const one of support) {
    const names = one.texts.map((text) => `${text.id} (${Math.round(100 * text.share)} %)`);
    const item = make("li", { dir: "auto" }, make("bdi", {}, one.sentence), " — ");
    item.append(make("bdi", {}, names.length ? names.join(", ") : "no text has most of its words"));
    list.append(item);
  }
  return make("section", {}, make("h3", {}, "Said by"), list);
}

$("clear").addEventListener("click", () => {
  documents = [];
  listDocuments();
  $("text").value = "";
  $("result").hidden = true;
  $("summarize-error").textContent = "";
  $("text").focus();
});

$("copy").addEventListener("click", async () => {
  const text = shown.map((one) => one.summary).join("\n");
  try {
    await navigator.clipboard.writeText(text);
    $("copy").textContent = "Copied";
  } catch {
    $("copy").textContent = "Copying is not allowed here";
  }
  setTimeout(() => { $("copy").textContent = "Copy"; }, 2000);
});

function save(name, text) {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  make("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

$("save-txt").addEventListener("click", () =>
  save("summaries.txt", shown.map((one) => `${one.summary}\n`).join("")));
$("save-jsonl").addEventListener("click", () =>
  save("summaries.jsonl", shown.map(({ alignment, ...rest }) => `${JSON.stringify(rest)}\n`).join("")));

// -- Inside the machine ------------------------------------------------------------------------

onSubmit("inspect-form", "inspect-error", async () => {
  const text = $("inspect-text").value;
  if (!text.trim()) throw new Refused("There is no text. Paste a sentence.");
  const question = { text, words: numberIn("inspect-words") ?? 8, beams: numberIn("inspect-beams") ?? 6 };
  const answer = await ask("/api/inspect", JSON.stringify(question));
  const curve = make("div", {});
  const showCurve = (place) => curve.replaceChildren(curveOf(answer.candidates[place]));
  showCurve(answer.chosen);
  $("inspection").replaceChildren(
    make("h2", {}, "Candidates"), candidatesOf(answer, showCurve),
    make("h3", {}, "Does it read as if a human wrote it?"), curve,
    make("h3", {}, "The document, rebuilt from the chosen words"), rebuiltOf(answer));
  $("inspection").hidden = false;
});

function candidatesOf(answer, showCurve) {
  const names = Object.keys(answer.candidates[0].figures);
  const heads = ["Candidate", "Score", ...names.map((name) => FIGURES[name] || name)];
  const weights = names.map((name) => (name === "likelihood" ? 1 : answer.weights[name]));
  const head = make("tr", {}, ...heads.map((text, place) =>
    make("th", { scope: "col", class: place ? "figure" : "" }, text)));
  const weighed = make("tr", {}, make("th", { scope: "row" }, "weight"), make("td", {}),
    ...weights.map((weight) => make("td", { class: "figure" }, String(weight))));
  const rows = answer.candidates.map((one, place) => {
    const button = make("button", { type: "button", "aria-label": `Curve of ${one.summary}` }, "curve");
    button.addEventListener("click", () => showCurve(place));
    const chosen = place === answer.chosen;
    const name = make("th", { scope: "row", dir: "auto" }, one.summary, chosen ? " (chosen) " : " ", button);
    const figures = [one.score, ...names.map((figure) => one.figures[figure])];
    return make("tr", { class: chosen ? "chosen" : "" }, name,
      ...figures.map((value) => make("td", { class: "figure" }, (value || 0).toFixed(2))));
  });
  const caption = make("caption", {},
    "Each critic’s opinion, the higher the better; the score is their sum, each times its weight.");
  const table = make("table", {}, caption, make("thead", {}, head, weighed), make("tbody", {}, ...rows));
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Candidates" }, table);
}

function curveOf(candidate) {
  const points = candidate.prefixes;
  const [width, height, left, bottom] = [640, 220, 40, 60];
  const x = (place) => left + ((width - left - 20) * (place + 0.5)) / points.length;
  const y = (value) => 10 + (1 - value) * (height - bottom - 10);
  const said = points.map((one) => `${one.piece.replace("▁", "")} ${one.humanness.toFixed(2)}`).join(", ");
  const svg = draw("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label":
    `Probability that a human wrote each beginning of “${candidate.summary}”: ${said}` });
  for (const value of [0, 0.5, 1]) {
    svg.append(draw("line", { class: "axis", x1: left, x2: width - 10, y1: y(value), y2: y(value) }));
    svg.append(draw("text", { x: left - 6, y: y(value) + 4, "text-anchor": "end" }, String(value)));
  }
  const path = points.map((one, place) => `${place ? "L" : "M"}${x(place)} ${y(one.humanness)}`);
  svg.append(draw("path", { class: "curve", d: path.join(" ") }));
  points.forEach((one, place) => {
    svg.append(draw("circle", { class: "point", cx: x(place), cy: y(one.humanness), r: 4 }));
    const label = one.piece === "</s>" ? "(end)" : one.piece.replace("▁", "");
    const at = `translate(${x(place)} ${height - bottom + 14}) rotate(35)`;
    svg.append(draw("text", { transform: at }, label));
  });
  const caption = make("p", { class: "facts", dir: "auto" }, `The discriminator’s probability that a human wrote each beginning of “${candidate.summary}”.`);
  return make("div", {}, caption, svg);
}

function rebuiltOf(answer) {
  const rebuilt = make("p", { dir: "auto" });
  rebuilt.append(...stretches(answer.rebuilt_alignment, "kept", "left"));
  return make("div", { class: "beside" },
    make("div", {}, make("p", { class: "facts" }, "The text, as the networks read it"), make("p", { dir: "auto" }, answer.read)),
    make("div", {}, make("p", { class: "facts" }, "Rebuilt; the words that the text has are marked"), rebuilt));
}

// -- Neighbours --------------------------------------------------------------------------------

onSubmit("neighbours-form", "neighbours-error", async () => {
  const among = $("among").value.split("\n").filter((line) => line.trim());
  if (!$("query").value.trim()) throw new Refused("There is no line to compare. Write one.");
  if (!among.length) throw new Refused("There are no lines to look among. Paste some.");
  const question = { query: $("query").value, among, count: numberIn("count") ?? 5 };
  const { neighbours } = await ask("/api/neighbours", JSON.stringify(question));
  const head = ["Cosine", "Bits apart", "Line", "Text"].map((text) => make("th", { scope: "col" }, text));
  const rows = neighbours.map((one) => make("tr", {},
    make("td", { class: "figure" }, one.cosine.toFixed(3)), make("td", { class: "figure" }, String(one.distance)),
    make("td", { class: "figure" }, String(one.line)), make("td", { dir: "auto" }, one.text)));
  const table = make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
  $("nearest").replaceChildren(make("h2", {}, "Nearest lines"), make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Nearest lines, table" }, table));
  $("nearest").hidden = false;
});

// -- Token and start ---------------------------------------------------------------------------

$("token-form").addEventListener("submit", (event) => {
  event.preventDefault();
  token = $("token").value.trim();
  sessionStorage.setItem("token", token);
  $("token-form").hidden = true;
});

const given = new URLSearchParams(location.hash.slice(1)).get("token");
token = given || sessionStorage.getItem("token") || "";
if (given) {
  sessionStorage.setItem("token", given);
  history.replaceState(null, "", location.pathname); // not to be seen over a shoulder
}
watchHealth();
