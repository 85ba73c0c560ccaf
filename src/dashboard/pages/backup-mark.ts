// Whether this browser's identity was ever saved as a backup: until then its numbers are one lost device away from gone. Nothing secret.

const KEY = "numberbox-backed-up";

export function storedBackedUp(storage: Pick<Storage, "getItem">): boolean {
  return storage.getItem(KEY) === "yes";
}

export function keepBackedUp(isBackedUp: boolean, storage: Pick<Storage, "setItem" | "removeItem">): void {
  if (isBackedUp) storage.setItem(KEY, "yes");
  else storage.removeItem(KEY);
}
