/** How an encrypted value stands in the store, whose values are JSON: the prefix, and what follows it in base64. */
export interface EncryptedValue {
  readonly encrypted: string;
}

export const isEncrypted = (value: object): value is EncryptedValue => typeof (value as Partial<EncryptedValue>).encrypted === 'string';
