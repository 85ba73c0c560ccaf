// One setting, drawn by its kind.

import { useWords } from "../app-context.ts";
import { kindOf, labelOf } from "../settings-form.ts";
import { FormsSetting, RecordSetting } from "./setting-forms.tsx";
import { ListSetting, SectionSetting } from "./setting-groups.tsx";
import {
  BooleanSetting,
  ChoiceSetting,
  ChoicesSetting,
  SecretSetting,
  TextSetting,
  TextsSetting,
} from "./setting-simple.tsx";
import type { SettingProps } from "./settings-context.ts";

export function Setting(props: SettingProps) {
  const words = useWords();
  const kind = kindOf(props.schema, String(props.path.at(-1) ?? ""));
  switch (kind) {
    case "boolean":
      return <BooleanSetting {...props} />;
    case "choice":
      return <ChoiceSetting {...props} />;
    case "number":
    case "text":
      return <TextSetting {...props} kind={kind} />;
    case "secret":
      return <SecretSetting {...props} />;
    case "texts":
      return <TextsSetting {...props} />;
    case "choices":
      return <ChoicesSetting {...props} />;
    case "list":
      return <ListSetting {...props} />;
    case "section":
      return <SectionSetting {...props} />;
    case "record":
      return <RecordSetting {...props} />;
    case "forms":
      return <FormsSetting {...props} />;
    case "fixed":
      return null;
    case "other":
      return (
        <p class="field-note">
          {labelOf(String(props.path.at(-1) ?? ""))}: {words.t("settings.as_text")}
        </p>
      );
  }
}
