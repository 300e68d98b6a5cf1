"use strict";
(() => {
  const body = document.querySelector("#lines tbody");
  const heads = Array.from(document.querySelectorAll("#lines thead th"));
  const rows = Array.from(body.rows);
  const texts = rows.map((row) => row.textContent.toLowerCase());
  const count = document.getElementById("count");

  const value = (row, column, kind) => {
    const cell = row.cells[column];
    return kind === "number" ? Number(cell.dataset.value) : cell.textContent;
  };

  // Numbers start with the largest, texts with the first letter; a second click turns the order.
  const sort = (column) => {
    const head = heads[column];
    const kind = head.dataset.kind;
    const first = kind === "number" ? "descending" : "ascending";
    const second = kind === "number" ? "ascending" : "descending";
    const order = head.getAttribute("aria-sort") === first ? second : first;
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", order);
    const sign = order === "ascending" ? 1 : -1;
    const compare = kind === "number"
      ? (a, b) => a - b
      : new Intl.Collator(undefined, { numeric: true }).compare;
    const keyed = rows.map((row) => [value(row, column, kind), row]);
    keyed.sort((a, b) => sign * compare(a[0], b[0]));
    body.append(...keyed.map((pair) => pair[1]));
  };

  const search = (wanted) => {
    const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = !words.every((word) => texts[index].includes(word));
      shown += row.hidden ? 0 : 1;
    });
    count.textContent = shown + (shown === 1 ? " line" : " lines");
  };

  heads.forEach((head, column) => head.addEventListener("click", () => sort(column)));
  document.getElementById("search").addEventListener("input", (event) => search(event.target.value));
})();
