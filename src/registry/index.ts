// Public face of `registry`: the documents that the Privateness network keeps on Emercoin. Pure.

export {};
