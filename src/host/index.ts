// Public face of `host`.

export {};
