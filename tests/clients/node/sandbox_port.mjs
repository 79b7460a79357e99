// The SDK has options for the host and the scheme, and none for the port. This
// gives one to each of its requests, from outside: a plain HTTP request to the
// loopback address that names no port goes to the sandbox of the running test.

import http from 'node:http';

let sandboxPort = null;

/** Leads requests that name no port to `port`. */
export function leadTo(port) {
  sandboxPort = port;
}

const request = http.request;

http.request = function (options, ...rest) {
  if (sandboxPort !== null && options?.host === '127.0.0.1' && options.port === undefined) {
    options = { ...options, port: sandboxPort };
  }
  return request.call(this, options, ...rest);
};
