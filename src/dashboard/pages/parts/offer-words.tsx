// Regions and features of an offer, in words. What the catalogue does not know is the provider's own word, shown as it is.

import { visibleLine } from "../../../renter/index.ts";
import { useWords } from "../app-context.ts";

export function RegionName({ region }: { readonly region: string }) {
  const words = useWords();
  return <>{words.find(`region.${region}`) ?? countryName(words.locale, region)}</>;
}

function countryName(locale: string, code: string): string {
  const upper = code.toUpperCase();
  return new Intl.DisplayNames([locale], { type: "region", fallback: "code" }).of(upper) ?? upper;
}

export function Feature({ feature }: { readonly feature: string }) {
  const words = useWords();
  return <span class="tag">{words.find(`feature.${feature}`) ?? visibleLine(feature)}</span>;
}
