// The settings as the box has them, what was changed of them here, and what the box says of that.

import { useEffect, useRef, useState } from "preact/hooks";
import { millis } from "../../../base/index.ts";
import type { SettingsPlanView, SettingsView } from "../../../protocol/index.ts";
import { settingsApi } from "../api-settings-page.ts";
import { useApp, useSelect } from "../app-context.ts";
import type { ProblemText } from "../describe.ts";
import { faultOf } from "../parts/fault.tsx";
import { isSame, type Path, patchOf, type Schema, withValue } from "../settings-form.ts";

/** While somebody types, the box is not asked with every key. */
const ASK_AFTER = millis(400);

export interface Settings {
  readonly view: SettingsView | null;
  readonly schema: Schema | null;
  readonly draft: unknown;
  readonly changes: ReturnType<typeof patchOf>;
  readonly plan: SettingsPlanView | null;
  readonly fault: ProblemText | null;
  readonly set: (path: Path, value: unknown) => void;
  /** Reads the settings again; the draft is kept unless it is to be dropped. */
  readonly reload: (drop: boolean) => Promise<void>;
  readonly discard: () => void;
}

export function useSettings(): Settings {
  const { controller, words } = useApp();
  const [view, setView] = useState<SettingsView | null>(null);
  const [schema, setSchema] = useState<Schema | null>(null);
  const [draft, setDraft] = useState<unknown>(undefined);
  const [plan, setPlan] = useState<SettingsPlanView | null>(null);
  const [fault, setFault] = useState<ProblemText | null>(null);
  const startedAt = useSelect((state) => state.box?.overview.started_at ?? 0);
  const edited = useRef<unknown>(undefined);
  edited.current = draft;
  const reload = async (drop: boolean): Promise<void> => {
    try {
      const [next, form] = await Promise.all([settingsApi.view(), settingsApi.schema()]);
      const saved = view?.values ?? null;
      const isUntouched = edited.current === undefined || isSame(edited.current, saved);
      setView(next);
      setSchema(form);
      if (drop || isUntouched) setDraft(next.values ?? {});
      setFault(null);
    } catch (caught) {
      setFault(faultOf(words, caught));
    }
  };
  // Another box process, or one started anew, may use other settings.
  useEffect(() => void reload(false), [startedAt]);
  const changes = view === null || draft === undefined ? [] : patchOf(view.values ?? {}, draft);
  const asked = JSON.stringify(changes);
  useEffect(() => {
    if (changes.length === 0) {
      setPlan(null);
      return;
    }
    let isWanted = true;
    const cancel = controller.after(ASK_AFTER, () => {
      settingsApi.plan({ patch: [...changes] }).then(
        (next) => {
          if (!isWanted) return;
          setPlan(next);
          setFault(null);
        },
        (caught: unknown) => isWanted && setFault(faultOf(words, caught)),
      );
    });
    return () => {
      isWanted = false;
      cancel();
    };
  }, [asked, view?.revision]);
  return {
    ...{ view, schema, draft, changes, plan, fault, reload },
    set: (path, value) => setDraft((known: unknown) => withValue(known, path, value)),
    discard: () => setDraft(view?.values ?? {}),
  };
}
