/** Why a volume cannot be set up, in the words of the FailedMount event. */
export class VolumeError extends Error {
  constructor(message: string) { super(message); this.name = 'VolumeError'; }
}
