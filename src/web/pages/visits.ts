// Whether somebody is signed in, as this device remembers it: a guess that saves a wait, never a right.

export interface Visits {
  wasSignedIn(): boolean;
  keep(signedIn: boolean): void;
}

const KEY = "numberbox.signed_in";

export const browserVisits = (storage: Storage): Visits => ({
  wasSignedIn: () => storage.getItem(KEY) !== null,
  keep: (signedIn) => (signedIn ? storage.setItem(KEY, "yes") : storage.removeItem(KEY)),
});
