// The document as a page for people: one file, no scripts, nothing from elsewhere.

import { createHash } from "node:crypto";
import type { Json } from "../../openapi/index.ts";

export interface Page {
  readonly html: string;
  readonly headers: Readonly<Record<string, string>>;
}

const STYLE = `
:root{color-scheme:light dark;--ink:#1c2330;--soft:#5b6677;--line:#d8dde5;--back:#fbfbfc;--panel:#fff;--get:#1a6b3c;--post:#8a4b00;--put:#1d4f91}
@media(prefers-color-scheme:dark){:root{--ink:#e3e7ee;--soft:#9aa5b5;--line:#2e3744;--back:#12161c;--panel:#181d25;--get:#6fcf97;--post:#f0b35e;--put:#8ab8f5}}
*{box-sizing:border-box}body{margin:0 auto;max-width:62rem;padding:1.5rem 1rem 4rem;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back);overflow-wrap:anywhere}
h1{font-size:1.5rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .25rem}h3{font-size:.8rem;margin:1rem 0 .25rem;color:var(--soft)}
p{margin:.4rem 0;max-width:46rem}.soft,nav{color:var(--soft)}nav a{display:inline-block;margin-right:.75rem}a{color:inherit}
code,pre{font:13px/1.45 ui-monospace,monospace}pre{overflow:auto;padding:.6rem;border:1px solid var(--line);border-radius:6px;max-height:26rem}
details{border:1px solid var(--line);border-radius:6px;background:var(--panel);margin:.35rem 0;padding:0 .75rem}details[open]{padding-bottom:.75rem}
summary{cursor:pointer;padding:.5rem 0;overflow-wrap:anywhere}summary:focus-visible{outline:2px solid var(--put)}
.get,.post,.put{display:inline-block;width:3.2rem;font-weight:700;font-size:.8rem}.get{color:var(--get)}.post{color:var(--post)}.put{color:var(--put)}
.what{color:var(--soft);margin-left:.6rem}table{border-collapse:collapse;width:100%}td,th{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line);overflow-wrap:anywhere}
th{font-weight:600}td:last-child{overflow-wrap:break-word}`;

const isJson = (value: unknown): value is Json => typeof value === "object" && value !== null && !Array.isArray(value);
const json = (value: unknown): Json => (isJson(value) ? value : {});
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.filter(isJson) : []);

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const escaped = (text: unknown): string => String(text ?? "").replace(/[&<>"]/g, (each) => ENTITIES[each] ?? "");
/** Text with \`code\` and **bold** in it. */
const prose = (text: unknown): string =>
  escaped(text)
    .replace(/`([^`]+)`/g, "<code>$1</code>")
    .replace(/\*\*([^*]+)\*\*/g, "<b>$1</b>");
const paragraphs = (text: unknown): string =>
  String(text ?? "")
    .split("\n\n")
    .map((each) => `<p>${prose(each)}</p>`)
    .join("");

const ACCESS: Readonly<Record<string, string>> = {
  open: "For anybody.",
  token: "With a token.",
  provider: "With a provider's token.",
  signed: "Without a token: what is sent is signed.",
};

const anchorOf = (name: unknown): string => encodeURIComponent(String(name));
const linkTo = (ref: string): string => {
  const name = ref.split("/").at(-1) ?? "";
  return `<a href="#${anchorOf(name)}"><code>${escaped(name)}</code></a>`;
};
const formOf = (content: unknown): string => {
  const [[type = "", media = {}] = []] = Object.entries(json(content));
  const { $ref: ref } = json(json(media).schema);
  return typeof ref === "string" ? linkTo(ref) : `<code>${escaped(type)}</code>`;
};

function parameterRow({ name, in: where, required, schema, description }: Json): string {
  const { type = "text", pattern, default: preset, maximum } = json(schema);
  const notes = [
    ...(required === true ? ["required"] : []),
    ...(pattern === undefined ? [] : [`<code>${escaped(pattern)}</code>`]),
    ...(maximum === undefined ? [] : [`at most ${escaped(maximum)}`]),
    ...(preset === undefined ? [] : [`else ${escaped(JSON.stringify(preset))}`]),
    ...(description === undefined ? [] : [prose(description)]),
  ];
  return `<tr><th><code>${escaped(name)}</code></th><td>${escaped(where)}</td><td>${escaped(type)}</td><td>${notes.join(", ")}</td></tr>`;
}

function responseRow(document: Json, [status, value]: [string, unknown]): string {
  const response = json(value);
  const ref = typeof response.$ref === "string" ? response.$ref.split("/").at(-1) : undefined;
  const { description, content } = ref === undefined ? response : json(json(json(document.components).responses)[ref]);
  return `<tr><th>${escaped(status)}</th><td>${prose(description)}</td><td>${content === undefined ? "" : formOf(content)}</td></tr>`;
}

function operationOf(document: Json, [path, method, entry]: readonly [string, string, Json]): string {
  const parameters = list(entry.parameters);
  const body = json(entry.requestBody).content;
  const rows = Object.entries(json(entry.responses)).map((each) => responseRow(document, each));
  return `<details id="${escaped(entry.operationId)}"><summary><span class="${method}">${method.toUpperCase()}</span><code>${escaped(path)}</code><span class="what">${prose(entry.summary)}</span></summary>
<p class="soft">${ACCESS[String(entry["x-access"])] ?? ""}</p>${entry.description === undefined ? "" : paragraphs(entry.description)}
${parameters.length === 0 ? "" : `<h3>Parameters</h3><table>${parameters.map(parameterRow).join("")}</table>`}
${body === undefined ? "" : `<h3>Body</h3><p>${formOf(body)}</p>`}
<h3>Answers</h3><table>${rows.join("")}</table></details>`;
}

function chapterOf(document: Json, { name, description }: Json): string {
  const operations = Object.entries(json(document.paths)).flatMap(([path, methods]) =>
    Object.entries(json(methods)).flatMap(([method, entry]) => {
      const { tags, deprecated } = json(entry);
      const mine = Array.isArray(tags) && tags.includes(name) && deprecated !== true;
      return mine ? [operationOf(document, [path, method, json(entry)])] : [];
    }),
  );
  return `<section><h2 id="tag-${anchorOf(name)}">${escaped(name)}</h2><p class="soft">${prose(description)}</p>${operations.join("\n")}</section>`;
}

function formsOf(document: Json): string {
  const forms = Object.entries(json(json(document.components).schemas)).map(
    ([name, schema]) =>
      `<details id="${anchorOf(name)}"><summary><code>${escaped(name)}</code></summary><pre>${escaped(JSON.stringify(schema, null, 2))}</pre></details>`,
  );
  return `<section><h2 id="forms">Forms</h2><p class="soft">JSON Schema, 2020-12.</p>${forms.join("\n")}</section>`;
}

/** The page and the headers it is sent with. */
export function openApiPage(document: Json): Page {
  const { title, version, description } = json(document.info);
  const tags = list(document.tags);
  const links = tags.map(({ name }) => `<a href="#tag-${anchorOf(name)}">${escaped(name)}</a>`);
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escaped(title)}</title><style>${STYLE}</style></head><body>
<header><h1>${escaped(title)}</h1><p class="soft">Version ${escaped(version)} · <a href="/openapi.json">openapi.json</a></p></header>${paragraphs(description)}
<nav aria-label="Chapters">${links.join("")}<a href="#forms">Forms</a></nav>
<main>${tags.map((tag) => chapterOf(document, tag)).join("\n")}${formsOf(document)}</main></body></html>`;
  const hash = createHash("sha256").update(STYLE).digest("base64");
  return {
    html,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Cache-Control": "no-cache",
      "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
    },
  };
}
