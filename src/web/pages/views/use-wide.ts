// Whether there is room for a table: below that the same rentals are cards.

import { useEffect, useState } from "preact/hooks";

const WIDE = "(min-width: 56rem)";

export function useWide(): boolean {
  const [isWide, setWide] = useState(() => matchMedia(WIDE).matches);
  useEffect(() => {
    const query = matchMedia(WIDE);
    const update = (): void => setWide(query.matches);
    query.addEventListener("change", update);
    return () => query.removeEventListener("change", update);
  }, []);
  return isWide;
}
