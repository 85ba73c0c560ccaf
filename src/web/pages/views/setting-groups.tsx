// Settings that hold others: sections, lists of them, settings by name, and those of several forms.

import { useState } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import { useWords } from "../app-context.ts";
import {
  blankOf,
  formsOf,
  isBelow,
  isFound,
  isTree,
  labelOf,
  type Path,
  problemAt,
  type Schema,
  valueAt,
} from "../settings-form.ts";
import { SettingMarks } from "./setting-marks.tsx";
import { idOf, type SettingProps, useSettingsForm } from "./settings-context.ts";

function GroupFault({ path }: { readonly path: Path }) {
  const { problems } = useSettingsForm();
  const fault = problemAt(problems, path);
  return fault === null ? null : (
    <p class="fault" role="alert">
      <Icon name="down" />
      <span>{fault}</span>
    </p>
  );
}

/** The settings of a section, those that are looked for. What the schema does not know is a problem, and has its place too. */
export function Members({ path, schema }: SettingProps) {
  const { Setting, query, draft, problems } = useSettingsForm();
  const { properties = {}, required = [] } = schema;
  const all = Object.entries(properties);
  const isOwn = query !== "" && isFound({}, String(path[0]), query);
  const found = query === "" || isOwn ? all : all.filter(([key, inner]) => isFound(inner, key, query));
  const value = valueAt(draft, path);
  const unknown = isTree(value) ? Object.keys(value).filter((key) => !Object.hasOwn(properties, key)) : [];
  return (
    <>
      <GroupFault path={path} />
      {(found.length === 0 ? all : found).map(([key, inner]) => (
        <Setting key={key} path={[...path, key]} schema={inner} isRequired={required.includes(key)} />
      ))}
      {unknown.map((key) => (
        <p key={key} class="fault">
          <Icon name="down" />
          <span>
            {key}: {problemAt(problems, [...path, key])}
          </span>
        </p>
      ))}
    </>
  );
}

export function SectionSetting({ path, schema, isRequired = false, label }: SettingProps) {
  const words = useWords();
  const { draft, set } = useSettingsForm();
  const key = String(path.at(-1) ?? "");
  const isOptional = !isRequired && schema.default === undefined;
  const isUsed = !isOptional || valueAt(draft, path) !== undefined;
  const id = idOf(path);
  return (
    <fieldset class="setting-group" aria-describedby={`${id}-note`}>
      <legend class={path.length === 1 ? "hidden" : undefined}>
        {label ?? labelOf(key)} <SettingMarks path={path} />
      </legend>
      <p class="field-note" id={`${id}-note`}>
        {schema.description}
      </p>
      {isOptional && (
        <label class="setting-use">
          <input
            type="checkbox"
            role="switch"
            checked={isUsed}
            aria-checked={isUsed}
            onChange={(event) =>
              set(path, event.currentTarget.checked ? blankOf({ ...schema, type: "object" }) : undefined)
            }
          />
          {words.t("settings.use")}
        </label>
      )}
      {isUsed && <Members path={path} schema={schema} />}
    </fieldset>
  );
}

function nameOf(item: unknown, fallback: string): string {
  if (!isTree(item)) return typeof item === "string" && item !== "" ? item : fallback;
  const name = [item.name, item.id, item.number, item.url].find((each) => typeof each === "string" && each !== "");
  return typeof name === "string" ? name : fallback;
}

/** What tells an item from others that are named alike. */
function detailOf(item: unknown, name: string): string | null {
  if (!isTree(item)) return null;
  const found = [item.number, item.port, item.url, item.host].find((each) => typeof each === "string" && each !== name);
  return typeof found === "string" ? found : null;
}

interface ItemProps {
  readonly path: Path;
  readonly schema: Schema;
  readonly count: number;
  readonly isNew: boolean;
  readonly move: (to: number) => void;
  readonly remove: () => void;
}

function Item({ path, schema, count, isNew, move, remove }: ItemProps) {
  const words = useWords();
  const { draft, problems, Setting } = useSettingsForm();
  const at = Number(path.at(-1));
  const name = nameOf(
    valueAt(draft, path),
    words.t("settings.item", { name: labelOf(String(path.at(-2))), n: at + 1 }),
  );
  const detail = detailOf(valueAt(draft, path), name);
  const isBad = problems.some((each) => isBelow(each.path, path));
  return (
    <li class={isBad ? "setting-item setting-item-bad" : "setting-item"}>
      <details open={isNew || isBad}>
        <summary>
          <span class="setting-arrow">
            <Icon name="arrow" />
          </span>
          <span class="setting-item-name">{name}</span>
          {detail !== null && <span class="setting-item-detail">{detail}</span>}
          <SettingMarks path={path} />
        </summary>
        <div class="setting-members">
          {schema.type === "object" && formsOf(schema) === null ? (
            <Members path={path} schema={schema} />
          ) : (
            <Setting path={path} schema={schema} isRequired label={name} />
          )}
        </div>
      </details>
      <div class="setting-item-tools">
        <button type="button" class="quiet square small" disabled={at === 0} onClick={() => move(at - 1)}>
          <Icon name="up" />
          <span class="hidden">{words.t("settings.up", { name })}</span>
        </button>
        <button type="button" class="quiet square small" disabled={at === count - 1} onClick={() => move(at + 1)}>
          <Icon name="below" />
          <span class="hidden">{words.t("settings.down", { name })}</span>
        </button>
        <button type="button" class="quiet square small" onClick={remove}>
          <Icon name="close" />
          <span class="hidden">{words.t("settings.remove", { name })}</span>
        </button>
      </div>
    </li>
  );
}

export function ListSetting({ path, schema, label }: SettingProps) {
  const words = useWords();
  const { draft, set } = useSettingsForm();
  const [added, setAdded] = useState<number | null>(null);
  const present = valueAt(draft, path) ?? schema.default;
  const items: readonly unknown[] = Array.isArray(present) ? present : [];
  const key = String(path.at(-1) ?? "");
  const put = (next: readonly unknown[]): void =>
    set(path, next.length === 0 && valueAt(draft, path) === undefined ? undefined : next);
  const move = (from: number, to: number): void => {
    const others = items.filter((_, at) => at !== from);
    put([...others.slice(0, to), items[from], ...others.slice(to)]);
    setAdded(null);
  };
  return (
    <fieldset class="setting-group">
      <legend class={path.length === 1 ? "hidden" : undefined}>
        {label ?? labelOf(key)} <SettingMarks path={path} />
      </legend>
      {schema.description !== undefined && <p class="field-note">{schema.description}</p>}
      <GroupFault path={path} />
      {items.length === 0 && <p class="field-note">{words.t("settings.empty")}</p>}
      <ol class="setting-items">
        {items.map((_, at) => (
          <Item
            key={at}
            path={[...path, at]}
            schema={schema.items ?? {}}
            count={items.length}
            isNew={at === added}
            move={(to) => move(at, to)}
            remove={() => put(items.filter((_, other) => other !== at))}
          />
        ))}
      </ol>
      <button
        type="button"
        class="small setting-add"
        disabled={schema.maxItems !== undefined && items.length >= schema.maxItems}
        onClick={() => {
          setAdded(items.length);
          put([...items, blankOf(schema.items ?? {})]);
        }}
      >
        <Icon name="plus" />
        {words.t("settings.add")}
      </button>
    </fieldset>
  );
}
