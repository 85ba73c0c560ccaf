// What every field of the settings reaches: the draft, what the box says of it, and how it is changed.

import { createContext, type FunctionComponent } from "preact";
import { useContext } from "preact/hooks";
import { AppError } from "../../../base/index.ts";
import type { SecretView, SettingsPlanView } from "../../../protocol/index.ts";
import type { Path, Schema } from "../settings-form.ts";

export interface SettingProps {
  readonly path: Path;
  readonly schema: Schema;
  readonly isRequired?: boolean;
  /** Instead of the setting's own name. */
  readonly label?: string;
}

export interface SettingsForm {
  readonly saved: unknown;
  readonly draft: unknown;
  readonly problems: SettingsPlanView["problems"];
  readonly live: readonly string[];
  readonly secrets: readonly SecretView[];
  /** What is looked for; empty for everything. */
  readonly query: string;
  /** A value, or with undefined none. */
  readonly set: (path: Path, value: unknown) => void;
  readonly keepSecret: (path: Path) => void;
  /** Draws one setting, whatever kind it has: lists and sections hold more of them. */
  readonly Setting: FunctionComponent<SettingProps>;
}

export const SettingsFormContext = createContext<SettingsForm | null>(null);

export function useSettingsForm(): SettingsForm {
  const form = useContext(SettingsFormContext);
  if (form === null) throw new AppError("page.no_context", "a setting was rendered outside the form");
  return form;
}

/** The id of a setting's control in the page. */
export const idOf = (path: Path): string => `setting-${path.join("-").replace(/[^\w-]/g, "_")}`;
