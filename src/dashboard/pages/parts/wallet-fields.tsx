// A public key and an address of the renter's wallet, as an escrow needs them.

import { useWords } from "../app-context.ts";

export interface WalletPart {
  readonly key: string;
  readonly address: string;
}

interface WalletFieldsProps {
  /** Tells the fields of several forms apart. */
  readonly name: string;
  readonly value: WalletPart;
  readonly onValue: (value: WalletPart) => void;
}

export function WalletFields({ name, value, onValue }: WalletFieldsProps) {
  const words = useWords();
  const fields = [
    { id: `${name}-key`, label: words.t("escrow.part.key"), part: "key" },
    { id: `${name}-address`, label: words.t("escrow.part.address"), part: "address" },
  ] as const;
  return (
    <>
      {fields.map(({ id, label, part }) => (
        <div class="field" key={id}>
          <label for={id}>{label}</label>
          <input
            id={id}
            type="text"
            autocomplete="off"
            spellcheck={false}
            value={value[part]}
            onInput={(event) => onValue({ ...value, [part]: event.currentTarget.value })}
          />
        </div>
      ))}
      <p class="soft small">{words.t("escrow.part.help")}</p>
    </>
  );
}
