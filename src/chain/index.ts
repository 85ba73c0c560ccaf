// Public face of `chain`: the client of the Emercoin node.

export {};
