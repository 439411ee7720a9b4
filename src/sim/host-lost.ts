/** A host at the other end of a port ended (`hung` false) or did not answer in time (`hung` true). */
export class HostLost extends Error {
  constructor(readonly hung: boolean, message: string) {
    super(message);
    this.name = 'HostLost';
  }
}
