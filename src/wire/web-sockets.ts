/** WebSockets for the HTTP server, from the library `ws`. Node only. */
export { WebSocketServer } from 'ws';
export type { WebSocket } from 'ws';
