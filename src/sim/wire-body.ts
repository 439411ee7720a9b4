/** A body that is still text: what a conductor holds of a message between two remote hosts. */
export class WireBody {
  constructor(readonly text: string) {}
}
