// The guide: who may learn what, in plain words.

import { useApp, useSelect, useWords } from "../app-context.ts";
import { ViewTitle } from "../parts/frame.tsx";
import type { enPrivacy } from "../strings/en-privacy.ts";

type GuideKey = keyof typeof enPrivacy;

interface Chapter {
  readonly title: GuideKey;
  /** `good`: nobody learns it; `bad`: somebody does; `note`: it depends. */
  readonly points: readonly (readonly [kind: "good" | "bad" | "note", text: GuideKey])[];
}

const CHAPTERS: readonly Chapter[] = [
  {
    title: "privacy.texts",
    points: [
      ["good", "privacy.texts.you"],
      ["good", "privacy.texts.relay"],
      ["note", "privacy.texts.box"],
      ["bad", "privacy.texts.gsm"],
    ],
  },
  {
    title: "privacy.number",
    points: [
      ["good", "privacy.number.relay"],
      ["note", "privacy.number.box"],
      ["bad", "privacy.number.receipts"],
      ["good", "privacy.number.chain"],
    ],
  },
  {
    title: "privacy.you",
    points: [
      ["bad", "privacy.you.ip"],
      ["note", "privacy.you.keys"],
    ],
  },
  {
    title: "privacy.pay",
    points: [
      ["bad", "privacy.pay.emc"],
      ["note", "privacy.pay.randpay"],
      ["bad", "privacy.pay.escrow"],
    ],
  },
  { title: "privacy.calls", points: [["note", "privacy.calls.text"]] },
  {
    title: "privacy.device",
    points: [
      ["good", "privacy.device.text"],
      ["note", "privacy.device.page"],
    ],
  },
  { title: "privacy.trust", points: [["good", "privacy.trust.text"]] },
];

export function Privacy() {
  const { controller } = useApp();
  const words = useWords();
  const isAlone = useSelect((state) => state.phase !== "open");
  return (
    <article class="guide">
      <ViewTitle>{words.t("privacy.title")}</ViewTitle>
      <p class="guide-lead">{words.t("privacy.lead")}</p>
      {CHAPTERS.map(({ title, points }) => (
        <section key={title}>
          <h2>{words.t(title)}</h2>
          <ul>
            {points.map(([kind, text]) => (
              <li key={text} class={`point point-${kind}`}>
                {words.t(text)}
              </li>
            ))}
          </ul>
        </section>
      ))}
      {isAlone && (
        <button type="button" class="primary" onClick={() => controller.go({ name: "inbox" })}>
          {words.t("app.back")}
        </button>
      )}
    </article>
  );
}
