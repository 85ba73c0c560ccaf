// Settings of one value: text, number, choice, yes or no, texts one per line, several of a few, a secret in a file.

import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { useWords } from "../app-context.ts";
import type { Translator } from "../i18n.ts";
import {
  isSame,
  type Kind,
  labelOf,
  type Path,
  problemAt,
  type Schema,
  typedNumber,
  valueAt,
} from "../settings-form.ts";
import { SettingMarks } from "./setting-marks.tsx";
import { idOf, type SettingProps, useSettingsForm } from "./settings-context.ts";

interface Shown {
  readonly id: string;
  readonly key: string;
  readonly label: string;
  readonly value: unknown;
  readonly fault: string | null;
  readonly change: (value: unknown) => void;
}

function useShown({ path, schema, label }: SettingProps): Shown {
  const { draft, saved, problems, set } = useSettingsForm();
  const key = String(path.at(-1) ?? "");
  const change = (value: unknown): void => {
    // What is as it is anyway need not be said.
    const isDefault = schema.default !== undefined && isSame(value, schema.default);
    set(path, isDefault && valueAt(saved, path) === undefined ? undefined : value);
  };
  return {
    ...{ id: idOf(path), key, label: label ?? labelOf(key), value: valueAt(draft, path) },
    ...{ fault: problemAt(problems, path), change },
  };
}

function helpOf(words: Translator, schema: Schema): string {
  const { description = "", minimum, maximum, "x-low": low = minimum, "x-high": high = maximum } = schema;
  const hasRange = low !== undefined && high !== undefined && Math.abs(Number(high)) !== Number.MAX_SAFE_INTEGER;
  const range = hasRange ? words.t("settings.between", { low: String(low), high: String(high) }) : "";
  return [description, range].filter((text) => text !== "").join(" ");
}

interface FrameProps {
  readonly shown: Shown;
  readonly path: Path;
  readonly help: string;
  readonly isGroup?: boolean;
  readonly children: ComponentChildren;
}

function Frame({ shown, path, help, isGroup = false, children }: FrameProps) {
  const { id, label, fault } = shown;
  const kind = `field setting${fault === null ? "" : " field-bad"}`;
  const note = (
    <p class="field-note" id={`${id}-note`} aria-live="polite">
      {fault ?? help}
    </p>
  );
  if (isGroup) {
    return (
      <fieldset class={kind} aria-describedby={`${id}-note`}>
        <legend>
          {label} <SettingMarks path={path} />
        </legend>
        {children}
        {note}
      </fieldset>
    );
  }
  return (
    <div class={kind}>
      <div class="setting-head">
        <label for={id}>{label}</label>
        <SettingMarks path={path} />
      </div>
      {children}
      {note}
    </div>
  );
}

const tied = ({ id, fault }: Shown) => ({ id, "aria-describedby": `${id}-note`, "aria-invalid": fault !== null });

export function TextSetting(props: SettingProps & { readonly kind: Kind }) {
  const words = useWords();
  const { path, schema, kind } = props;
  const shown = useShown(props);
  const { value, change } = shown;
  const standard = schema.default === undefined ? words.t("settings.not_set") : String(schema.default);
  const typed = (text: string): unknown => {
    if (kind === "number") return typedNumber(text);
    return text === "" && props.isRequired !== true ? undefined : text;
  };
  return (
    <Frame shown={shown} path={path} help={helpOf(words, schema)}>
      <input
        {...tied(shown)}
        type="text"
        inputMode={kind === "number" ? "decimal" : "text"}
        autoComplete="off"
        spellcheck={false}
        class={kind === "number" || schema["x-form"] === "duration" ? "setting-short" : undefined}
        maxLength={schema.maxLength}
        placeholder={standard}
        value={value === undefined ? "" : String(value)}
        onInput={(event) => change(typed(event.currentTarget.value))}
      />
    </Frame>
  );
}

export function ChoiceSetting(props: SettingProps) {
  const words = useWords();
  const { path, schema } = props;
  const shown = useShown(props);
  const choices = schema.enum ?? [];
  const standard =
    schema.default === undefined
      ? words.t("settings.not_set")
      : words.t("settings.default", { value: String(schema.default) });
  return (
    <Frame shown={shown} path={path} help={helpOf(words, schema)}>
      <select
        {...tied(shown)}
        class="setting-short"
        value={shown.value === undefined ? "" : String(shown.value)}
        onChange={(event) => {
          const { value } = event.currentTarget;
          shown.change(choices.find((choice) => String(choice) === value));
        }}
      >
        <option value="">{standard}</option>
        {choices
          .filter((choice) => choice !== schema.default || shown.value === choice)
          .map((choice) => (
            <option key={String(choice)} value={String(choice)}>
              {String(choice)}
            </option>
          ))}
      </select>
    </Frame>
  );
}

export function BooleanSetting(props: SettingProps) {
  const words = useWords();
  const { path, schema } = props;
  const shown = useShown(props);
  const isOn = (shown.value ?? schema.default ?? false) === true;
  return (
    <div class={`field setting setting-switch${shown.fault === null ? "" : " field-bad"}`}>
      <input
        {...tied(shown)}
        type="checkbox"
        role="switch"
        checked={isOn}
        aria-checked={isOn}
        onChange={(event) => shown.change(event.currentTarget.checked)}
      />
      <div class="setting-head">
        <label for={shown.id}>{shown.label}</label>
        <SettingMarks path={path} />
      </div>
      <p class="field-note" id={`${shown.id}-note`} aria-live="polite">
        {shown.fault ?? helpOf(words, schema)}
      </p>
    </div>
  );
}

const textsOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

export function TextsSetting(props: SettingProps) {
  const words = useWords();
  const { problems } = useSettingsForm();
  const { path, schema } = props;
  const shown = useShown(props);
  const lines = textsOf(shown.value ?? schema.default).map(String);
  // What is being typed may end in an empty line, which is no item.
  const [typed, setTyped] = useState<string | null>(null);
  const below = problems.find(
    (each) => each.path.length === path.length + 1 && path.every((key, at) => each.path[at] === key),
  );
  const fault = below === undefined ? shown.fault : `${Number(below.path.at(-1)) + 1}: ${below.message}`;
  const help = [schema.description ?? "", words.t("settings.one_per_line")].join(" ").trim();
  return (
    <Frame shown={{ ...shown, fault }} path={path} help={help}>
      <textarea
        {...tied({ ...shown, fault })}
        rows={Math.min(8, Math.max(2, lines.length + 1))}
        autoComplete="off"
        spellcheck={false}
        value={typed ?? lines.join("\n")}
        onInput={(event) => {
          const text = event.currentTarget.value;
          setTyped(text);
          const items = text.split("\n").filter((line) => line.trim() !== "");
          const isNone = items.length === 0 && schema.default === undefined && props.isRequired !== true;
          shown.change(isNone ? undefined : items);
        }}
        onBlur={() => setTyped(null)}
      />
    </Frame>
  );
}

export function ChoicesSetting(props: SettingProps) {
  const { path, schema } = props;
  const shown = useShown(props);
  const chosen = textsOf(shown.value ?? schema.default);
  return (
    <Frame shown={shown} path={path} help={schema.description ?? ""} isGroup>
      <div class="setting-choices">
        {(schema.items?.enum ?? []).map((choice) => (
          <label key={String(choice)}>
            <input
              type="checkbox"
              checked={chosen.includes(choice)}
              onChange={(event) => {
                const others = chosen.filter((each) => each !== choice);
                shown.change(event.currentTarget.checked ? [...others, choice] : others);
              }}
            />
            {String(choice)}
          </label>
        ))}
      </div>
    </Frame>
  );
}

export function SecretSetting(props: SettingProps) {
  const words = useWords();
  const { secrets, keepSecret } = useSettingsForm();
  const { path, schema } = props;
  const shown = useShown(props);
  const file = typeof shown.value === "string" ? shown.value : "";
  const kept = secrets.find((each) => each.file === file);
  const own = file === "" ? words.t("settings.secret.none") : words.t("settings.secret.own", { file });
  const state = kept === undefined ? own : words.t("settings.secret.kept", { file, time: words.date(kept.at) });
  return (
    <Frame shown={shown} path={path} help={`${state} ${schema.description ?? ""}`.trim()}>
      <div class="setting-secret">
        <input
          {...tied(shown)}
          type="text"
          autoComplete="off"
          spellcheck={false}
          placeholder={words.t("settings.not_set")}
          value={file}
          onInput={(event) => shown.change(event.currentTarget.value === "" ? undefined : event.currentTarget.value)}
        />
        <button type="button" onClick={() => keepSecret(path)}>
          {words.t(kept === undefined ? "settings.secret.set" : "settings.secret.replace")}
        </button>
      </div>
    </Frame>
  );
}
