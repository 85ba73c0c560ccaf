// The reference of REST, made of the box's own OpenAPI document: chapters, a search, and each operation unfolded where it is asked for.

import { useMemo, useState } from "preact/hooks";
import { Field } from "../../../page-parts/index.ts";
import { type ApiChapter, type ApiOperation, apiDocument, chaptersOf, searched } from "../api-reference.ts";
import { useWords } from "../app-context.ts";
import { Fault } from "../parts/fault.tsx";
import { useResource } from "../parts/use-resource.ts";
import { ApiDetails } from "./api-details.tsx";

function OperationRow({ operation }: { readonly operation: ApiOperation }) {
  const words = useWords();
  const [isOpen, setOpen] = useState(false);
  const { method, path, summary, scope } = operation;
  return (
    <li class="api-operation">
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary>
          <span class={`api-method api-method-${method.toLowerCase()}`}>{method}</span>
          <code class="api-path">{path}</code>
          <span class="api-summary">{summary}</span>
          <span class="api-scope">{scope ?? words.t("api.open")}</span>
        </summary>
        {isOpen && <ApiDetails operation={operation} />}
      </details>
    </li>
  );
}

function Chapter({ chapter: { name, text, operations } }: { readonly chapter: ApiChapter }) {
  const title = `api-${name.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  return (
    <section class="panel api-chapter" aria-labelledby={title}>
      <div class="panel-head">
        <h2 id={title}>{name}</h2>
        {text !== null && <span class="soft">{text}</span>}
      </div>
      <ul class="api-operations">
        {operations.map((operation) => (
          <OperationRow key={operation.id} operation={operation} />
        ))}
      </ul>
    </section>
  );
}

export function Api() {
  const words = useWords();
  const [search, setSearch] = useState("");
  const { value, fault } = useResource(apiDocument, "/api/v1/openapi.json");
  const chapters = useMemo(() => (value === null ? [] : chaptersOf(value)), [value]);
  const found = searched(chapters, search);
  const count = found.reduce((sum, { operations }) => sum + operations.length, 0);
  return (
    <div class="api">
      <header class="view-head">
        <h1>{words.t("api.title")}</h1>
        <a href="/api/v1/openapi.json" target="_blank" rel="noreferrer">
          {words.t("api.document")}
        </a>
      </header>
      <p class="soft">{words.t("api.intro")}</p>
      <Fault fault={fault} />
      <Field
        id="api-search"
        label={words.t("api.search")}
        help={words.t("api.search.help")}
        control={(ids) => (
          <input
            {...ids}
            type="text"
            value={search}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
            autocomplete="off"
          />
        )}
      />
      {value !== null && (
        <p class="soft" role="status">
          {count === 0 ? words.t("api.none") : words.count("api.found", count)}
        </p>
      )}
      {found.map((chapter) => (
        <Chapter key={chapter.name} chapter={chapter} />
      ))}
    </div>
  );
}
