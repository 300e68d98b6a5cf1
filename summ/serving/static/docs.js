"use strict";
// Shows /openapi.json: addresses, and the schemas that they take and give.

function make(name, options = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(options)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function typeOf(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(" or ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.type === "array") return `list of ${typeOf(schema.items)}`;
  if (schema.additionalProperties) return `object of ${typeOf(schema.additionalProperties)}`;
  const limits = [["minimum", "≥"], ["maximum", "≤"]];
  const shown = limits.filter(([key]) => key in schema).map(([key, sign]) => ` ${sign} ${schema[key]}`);
  return (schema.type || "anything") + shown.join("");
}

function contentOf(content) {
  return Object.entries(content || {}).map(([kind, { schema }]) => `${kind}: ${typeOf(schema)}`).join("; ");
}

function row(name, type, fallback, text) {
  return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, type),
    make("td", {}, fallback === undefined ? "" : JSON.stringify(fallback)), make("td", {}, text || ""));
}

function table(rows) {
  const heads = ["Name", "Type", "Default", "Meaning"].map((text) => make("th", { scope: "col" }, text));
  const body = make("table", {}, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...rows));
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Table" }, body);
}

function operationOf(path, method, operation) {
  const section = make("section", {}, make("h2", {}, `${method.toUpperCase()} ${path}`),
    make("p", {}, operation.description || operation.summary || ""));
  if (operation.requestBody) section.append(make("p", {}, `Takes ${contentOf(operation.requestBody.content)}`));
  const answer = operation.responses["200"];
  if (answer?.content) section.append(make("p", {}, `Gives ${contentOf(answer.content)}`));
  const parameters = (operation.parameters || []).map((one) =>
    row(one.name, typeOf(one.schema), one.schema.default, one.description));
  if (parameters.length) section.append(table(parameters));
  return section;
}

async function show() {
  const api = await (await fetch("/openapi.json")).json();
  const parts = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => operationOf(path, method, operation)));
  parts.push(make("h2", {}, "Schemas"));
  for (const [name, schema] of Object.entries(api.components.schemas)) {
    const rows = Object.entries(schema.properties || {}).map(([key, value]) =>
      row(key, typeOf(value), value.default, value.description));
    parts.push(make("section", {}, make("h3", {}, name), make("p", {}, schema.description || ""), table(rows)));
  }
  document.getElementById("main").replaceChildren(...parts);
}

show();
