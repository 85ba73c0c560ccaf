// Public face of `phone`.

export {};
