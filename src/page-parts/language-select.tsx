// The choice of a language, each named in itself: who cannot read the page finds theirs all the same.

import { isLanguage, LANGUAGE_NAMES, type LanguageId, languageIds } from "./languages.ts";

export interface LanguageSelectProps {
  /** What ties it to its label, and to its help where it has some. */
  readonly ids: { readonly id: string };
  /** The language of the page now. */
  readonly locale: string;
  readonly onLanguage: (id: LanguageId) => void;
}

export function LanguageSelect({ ids, locale, onLanguage }: LanguageSelectProps) {
  return (
    <select
      {...ids}
      value={locale}
      onChange={({ currentTarget: { value } }) => {
        if (isLanguage(value)) onLanguage(value);
      }}
    >
      {languageIds.map((id) => (
        <option key={id} value={id} lang={id}>
          {LANGUAGE_NAMES[id]}
        </option>
      ))}
    </select>
  );
}
