// What a change does: the settings it touches, those that wait for a restart, and the lines of the file.

import type { SettingsPlanView } from "../../../protocol/index.ts";
import { useWords } from "../app-context.ts";
import { labelOf, type Path } from "../settings-form.ts";

/** `slots.0.port` in words. */
export const pathLabel = (path: Path): string =>
  path.map((key) => (typeof key === "number" ? String(key + 1) : labelOf(key))).join(" › ");

const KINDS: Readonly<Record<string, string>> = { "+": "added", "-": "removed", "@": "place" };

export function Diff({ text }: { readonly text: string }) {
  const words = useWords();
  return (
    // Wide lines are scrolled to, also by keys.
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region needs the focus
    <section class="diff" tabIndex={0} aria-label={words.t("settings.review.diff")}>
      {text.split("\n").map((line, at) => (
        <span key={at} class={`diff-line diff-${KINDS[line.charAt(0)] ?? "same"}`}>
          {line}
        </span>
      ))}
    </section>
  );
}

interface PartProps {
  readonly title: string;
  readonly changes: SettingsPlanView["changes"];
}

function Part({ title, changes }: PartProps) {
  if (changes.length === 0) return null;
  return (
    <div class="review-part">
      <h3>{title}</h3>
      <ul>
        {changes.map(({ path }) => (
          <li key={path.join(".")}>{pathLabel(path)}</li>
        ))}
      </ul>
    </div>
  );
}

export function PlanText({ plan }: { readonly plan: SettingsPlanView }) {
  const words = useWords();
  const { changes, diff, problems } = plan;
  return (
    <>
      {problems.length > 0 && (
        <ul class="fault review-problems">
          {problems.map(({ path, message }) => (
            <li key={`${path.join(".")} ${message}`}>
              <b>{pathLabel(path)}</b> {message}
            </li>
          ))}
        </ul>
      )}
      <Part title={words.t("settings.review.live")} changes={changes.filter((each) => !each.restart)} />
      <Part title={words.t("settings.review.later")} changes={changes.filter((each) => each.restart)} />
      {diff === "" ? <p>{words.t("settings.review.same")}</p> : <Diff text={diff} />}
    </>
  );
}
