/** The bytes are not the protobuf encoding of a Kubernetes object; the message says why and is for the client's eyes. */
export class ProtobufError extends Error {
  override readonly name = 'ProtobufError';
}
