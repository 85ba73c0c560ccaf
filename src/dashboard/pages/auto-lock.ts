// After how long without a touch the account locks itself. Remembered by this browser; nothing secret.

/** Minutes; 0: it never does. */
export const LOCK_CHOICES = [0, 5, 15, 60] as const;
export type LockAfter = (typeof LOCK_CHOICES)[number];

const KEY = "numberbox-lock-after";

/** 0 where nothing, or nothing that is a choice, was remembered. */
export function storedLockAfter(storage: Pick<Storage, "getItem">): LockAfter {
  const stored = storage.getItem(KEY);
  return LOCK_CHOICES.find((each) => String(each) === stored) ?? 0;
}

export function keepLockAfter(minutes: LockAfter, storage: Pick<Storage, "setItem">): void {
  storage.setItem(KEY, String(minutes));
}

/** `usedAt`, `now`: Unix ms. A clock that was set back locks nothing. */
export function isLockDue(minutes: LockAfter, usedAt: number, now: number): boolean {
  return minutes > 0 && now - usedAt >= minutes * 60_000;
}
