// Parts of a document as plain JSON.

export type Json = Readonly<Record<string, unknown>>;

export const upperFirst = (word: string): string => `${word[0]?.toUpperCase() ?? ""}${word.slice(1)}`;

/** Of two parts that the same code has made: members in another order are a difference. */
export const isSame = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
