export { type GrpcOptions, grpcTransport } from './transport.js';
