// Public face of `smpp`.

export {};
