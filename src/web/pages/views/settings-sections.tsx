// The sections of the settings beside each other: a list to choose from (on a phone a menu), and the chosen one's settings.

import { useState } from "preact/hooks";
import { useWords } from "../app-context.ts";
import type { Translator } from "../i18n.ts";
import { isBelow, isFound, isSame, kindOf, labelOf, type Schema, valueAt } from "../settings-form.ts";
import { Members } from "./setting-groups.tsx";
import { useSettingsForm } from "./settings-context.ts";

interface SectionsProps {
  readonly schema: Schema;
  readonly query: string;
  readonly onQuery: (query: string) => void;
}

const nameOf = (words: Translator, key: string): string => words.find(`settings.section.${key}`) ?? labelOf(key);

/** Those that a person comes for most stand first; the others as in the schema. */
const FIRST = ["lines", "slots", "relay", "listing", "payments", "emercoin", "web"];

function sectionsOf(schema: Schema, query: string, words: Translator): readonly string[] {
  const all = Object.keys(schema.properties ?? {}).filter(
    (key) => kindOf(schema.properties?.[key] ?? {}, key) !== "fixed",
  );
  const ordered = [...FIRST.filter((key) => all.includes(key)), ...all.filter((key) => !FIRST.includes(key))];
  if (query.trim() === "") return ordered;
  return ordered.filter(
    (key) => isFound({}, `${key} ${nameOf(words, key)}`, query) || isFound(schema.properties?.[key] ?? {}, key, query),
  );
}

function Marks({ section }: { readonly section: string }) {
  const words = useWords();
  const { saved, draft, problems } = useSettingsForm();
  const isBad = problems.some((each) => isBelow(each.path, [section]));
  const isChanged = !isSame(valueAt(saved, [section]), valueAt(draft, [section]));
  if (!isBad && !isChanged) return null;
  return (
    <span class={isBad ? "section-mark section-mark-bad" : "section-mark"}>
      <span class="hidden">{isBad ? words.count("settings.problems", 1) : words.t("settings.changed")}</span>
    </span>
  );
}

function Section({ section, schema }: { readonly section: string; readonly schema: Schema }) {
  const words = useWords();
  const { Setting } = useSettingsForm();
  const isPlain = kindOf(schema, section) === "section" && schema.default !== undefined;
  return (
    <section class="panel settings-panel" aria-labelledby="settings-section">
      <div class="panel-head">
        <h2 id="settings-section">{nameOf(words, section)}</h2>
      </div>
      {isPlain ? (
        <div class="setting-members">
          {schema.description !== undefined && <p class="field-note">{schema.description}</p>}
          <Members path={[section]} schema={schema} />
        </div>
      ) : (
        <Setting path={[section]} schema={schema} label={nameOf(words, section)} />
      )}
    </section>
  );
}

export function SettingsSections({ schema, query, onQuery }: SectionsProps) {
  const words = useWords();
  const [wanted, setWanted] = useState("lines");
  const sections = sectionsOf(schema, query, words);
  const chosen = sections.includes(wanted) ? wanted : sections[0];
  return (
    <div class="settings-body">
      <div class="settings-side">
        <input
          type="search"
          aria-label={words.t("settings.search")}
          placeholder={words.t("settings.search")}
          value={query}
          onInput={(event) => onQuery(event.currentTarget.value)}
        />
        <nav class="settings-list" aria-label={words.t("settings.sections")}>
          <ul>
            {sections.map((key) => (
              <li key={key}>
                <button type="button" class="quiet" aria-current={key === chosen} onClick={() => setWanted(key)}>
                  {nameOf(words, key)}
                  <Marks section={key} />
                </button>
              </li>
            ))}
          </ul>
        </nav>
        <select
          class="settings-menu"
          aria-label={words.t("settings.section")}
          value={chosen ?? ""}
          onChange={(event) => setWanted(event.currentTarget.value)}
        >
          {sections.map((key) => (
            <option key={key} value={key}>
              {nameOf(words, key)}
            </option>
          ))}
        </select>
      </div>
      {chosen === undefined ? (
        <p>{words.t("settings.none")}</p>
      ) : (
        <Section key={chosen} section={chosen} schema={schema.properties?.[chosen] ?? {}} />
      )}
    </div>
  );
}
