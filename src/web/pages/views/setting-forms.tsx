// Settings that can have one of several forms, and settings under names that the owner gives.

import { useState } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import { useWords } from "../app-context.ts";
import type { Translator } from "../i18n.ts";
import { blankOf, formOf, formsOf, isTree, labelOf, type Schema, valueAt } from "../settings-form.ts";
import { Members } from "./setting-groups.tsx";
import { SettingMarks } from "./setting-marks.tsx";
import { idOf, type SettingProps, useSettingsForm } from "./settings-context.ts";

function formName(words: Translator, form: Schema): string {
  if (form.const === true) return words.t("settings.form.yes");
  if (form.const === false) return words.t("settings.form.no");
  if (form.const !== undefined) return labelOf(String(form.const));
  const told = Object.values(form.properties ?? {}).find((inner) => inner.const !== undefined)?.const;
  return told === undefined ? words.t("settings.form.own") : labelOf(String(told));
}

export function FormsSetting({ path, schema, isRequired = false, label }: SettingProps) {
  const words = useWords();
  const { draft, set, Setting } = useSettingsForm();
  const forms = formsOf(schema) ?? [];
  const value = valueAt(draft, path);
  const present = value ?? schema.default;
  const chosen = present === undefined ? -1 : formOf(forms, present);
  const form = forms[chosen];
  const id = idOf(path);
  return (
    <fieldset class="setting-group">
      <legend class={path.length === 1 ? "hidden" : undefined}>
        {label ?? labelOf(String(path.at(-1) ?? ""))} <SettingMarks path={path} />
      </legend>
      <p class="field-note" id={`${id}-note`}>
        {schema.description}
      </p>
      <select
        id={id}
        class="setting-short"
        aria-label={words.t("settings.form")}
        aria-describedby={`${id}-note`}
        value={String(chosen)}
        onChange={(event) => {
          const next = forms[Number(event.currentTarget.value)];
          set(path, next === undefined ? undefined : blankOf(next));
        }}
      >
        {(chosen === -1 || !isRequired) && <option value="-1">{words.t("settings.not_set")}</option>}
        {forms.map((each, at) => (
          <option key={at} value={String(at)}>
            {formName(words, each)}
          </option>
        ))}
      </select>
      {form !== undefined && form.const === undefined && form.type === "object" && (
        <div class="setting-members">
          <Members path={path} schema={form} />
        </div>
      )}
      {form !== undefined && form.const === undefined && form.type !== "object" && (
        <Setting path={path} schema={form} isRequired />
      )}
    </fieldset>
  );
}

export function RecordSetting({ path, schema, label }: SettingProps) {
  const words = useWords();
  const { draft, set, Setting } = useSettingsForm();
  const [name, setName] = useState("");
  const present = valueAt(draft, path) ?? schema.default;
  const keys = isTree(present) ? Object.keys(present) : [];
  const inner = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  const id = idOf(path);
  return (
    <fieldset class="setting-group">
      <legend class={path.length === 1 ? "hidden" : undefined}>
        {label ?? labelOf(String(path.at(-1) ?? ""))} <SettingMarks path={path} />
      </legend>
      <p class="field-note">{schema.description}</p>
      {keys.map((key) => (
        <div class="setting-named" key={key}>
          <Setting path={[...path, key]} schema={inner} isRequired label={key} />
          <button type="button" class="quiet square small" onClick={() => set([...path, key], undefined)}>
            <Icon name="close" />
            <span class="hidden">{words.t("settings.remove", { name: key })}</span>
          </button>
        </div>
      ))}
      <div class="setting-secret">
        <input
          type="text"
          id={`${id}-new`}
          aria-label={words.t("settings.key")}
          placeholder={words.t("settings.key")}
          autoComplete="off"
          spellcheck={false}
          value={name}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button
          type="button"
          disabled={name.trim() === "" || keys.includes(name.trim())}
          onClick={() => {
            set([...path, name.trim()], blankOf(inner));
            setName("");
          }}
        >
          <Icon name="plus" />
          {words.t("settings.add")}
        </button>
      </div>
    </fieldset>
  );
}
