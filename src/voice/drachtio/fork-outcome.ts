// What the caller is told when no phone took the call (RFC 3261 section 16.7). Pure.

/** Better reasons first: what a person did tells more than what a network could not. */
const ORDER: readonly number[] = [603, 600, 486, 480, 404, 488, 487, 408];

/** 480 when nothing was tried. */
export function bestRefusal(statuses: readonly number[]): number {
  const rank = (status: number): number => {
    const at = ORDER.indexOf(status);
    return at < 0 ? ORDER.length : at;
  };
  const [best = 480] = [...statuses].sort((a, b) => rank(a) - rank(b) || a - b);
  // Challenges and redirections of a phone are nobody else's business.
  return best < 400 || best === 401 || best === 407 ? 480 : best;
}

/** A refusal that holds for all phones of the account. */
export const isGlobal = (status: number): boolean => status >= 600;

/** A Reason header that may be passed on, or undefined. */
export function safeReason(reason: string | undefined): string | undefined {
  return reason !== undefined && /^(?:SIP|Q\.850)\s*;[\x20-\x7e]{1,200}$/.test(reason) ? reason : undefined;
}
