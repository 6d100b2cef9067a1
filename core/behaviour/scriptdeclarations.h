// SPDX-License-Identifier: MIT
#pragma once

namespace sw {

/// What scripts can use, as editors read it (TypeScript declarations); `swright list script` prints it.
constexpr const char* scriptDeclarations =
    R"TS(// What a script of Socketwright can use. Every function of yours may be missing.

/** Splits what arrives into messages: "lines", "delimiter=\\r\\n", "fixed=16", "length=2be", "idle=50ms", "slip", "cobs". */
declare let framer: string | undefined;

/** A new connection: false refuses it with a reset, and so does an error. Functions that it gives serve this connection instead. */
declare function acceptor(connection: Connection): boolean | ConnectionFunctions | void;
/** The connection can be used from now on. */
declare function opened(connection: Connection): void;
/** The connection has become TLS in the middle. */
declare function secured(connection: Connection): void;
/** Bytes arrived; with a framer, one message without its framing. */
declare function filter(connection: Connection, bytes: Bytes): void;
/** With a framer: bytes that are no whole message, framing and all, and what is wrong with them. They never come to filter(). */
declare function malformed(connection: Connection, bytes: Bytes, problem: string): void;
/** The user sends something; on streams it goes out after this. */
declare function sent(connection: Connection, bytes: Bytes): void;
/** What setTimer() asked for. */
declare function timer(connection: Connection, token: number): void;
/** The peer sends no more. Without this function, the connection is closed then. */
declare function end(connection: Connection): void;
/** The connection has ended, and why. */
declare function sentinel(connection: Connection, reason: Reason): void;
/** The listener has ended, and why; its connections may go on. */
declare function listenerClosed(reason: Reason): void;

interface ConnectionFunctions {
    opened?(connection: Connection): void;
    secured?(connection: Connection): void;
    filter?(connection: Connection, bytes: Bytes): void;
    malformed?(connection: Connection, bytes: Bytes, problem: string): void;
    sent?(connection: Connection, bytes: Bytes): void;
    timer?(connection: Connection, token: number): void;
    end?(connection: Connection): void;
    sentinel?(connection: Connection, reason: Reason): void;
}

interface Reason {
    /** closed-by-us, closed-by-peer, aborted-by-us, reset, refused, timed-out, tls-failure, error */
    cause: string;
    text: string;
    toString(): string;
}

interface Connection {
    readonly name: string;
    /** The peer's address. */
    readonly peer: string;
    /** The listener's name; empty for a connection of our own. */
    readonly listener: string;
    readonly isDatagram: boolean;
    readonly isOpen: boolean;
    /** Who is at the other end of a Unix socket; what the system does not tell is left out. */
    readonly credentials?: { pid?: number, uid?: number, gid?: number, program?: string, user?: string };
    /** Whatever you want to keep with this connection. */
    data: any;
    /** Text goes out as UTF-8. */
    send(value: string | Bytes | Uint8Array | ArrayBuffer | number[]): void;
    /** Orderly: what was sent before still goes out. */
    close(): void;
    /** With a reset. */
    abort(): void;
    /** Ends the sending side; receiving goes on. */
    shutdown(): void;
    /** Takes nothing more from the peer; sending goes on. */
    shutdownReceiving(): void;
    /** Begins TLS once what was sent before is out; options as in an address, but for those that name files: "name=example.org&verify=off". */
    startTls(options?: string): void;
    /** Calls timer(connection, token) after 0 to 86400000 milliseconds. */
    setTimer(milliseconds: number, token?: number): void;
    /** Stops receiving, and so stops the peer, until resume(). */
    pause(): void;
    resume(): void;
    /** Whether what passes is recorded. */
    record(isOn: boolean): void;
    /** Sets a mark in the transcript. */
    mark(text: string): void;
}

/** The listener or bound datagram socket; what is asked for is done once your function has returned. */
interface Listener {
    readonly name: string;
    readonly address: string;
    readonly isOpen: boolean;
    close(): void;
    /** New connections wait in the system's queue until resume(). */
    pause(): void;
    resume(): void;
    /** Takes one connection while paused or with accept=manual: one that waits, or the next that comes. */
    accept(): void;
}

declare class Bytes extends Uint8Array {
    static from(value: string | ArrayLike<number>, form?: "text" | "hex"): Bytes;
    /** As text; "utf-8" unless "latin1" is asked for. */
    toString(encoding?: "utf-8" | "latin1"): string;
    toHex(separator?: string): string;
    equals(other: string | Bytes): boolean;
    startsWith(other: string | Bytes): boolean;
    /** "crc32", "crc16-modbus", "sum8", "sha256", …: `swright list fields` names them. Any other CRC is
        "crc:width=16,poly=1021,init=ffff". */
    checksum(name: string): Bytes;
}

/** A line in the event log. */
declare function log(...values: any[]): void;
/** The same, with objects as JSON; warn() and error() are warnings there. */
declare const console: { log(...values: any[]): void, info(...values: any[]): void, debug(...values: any[]): void,
                         warn(...values: any[]): void, error(...values: any[]): void };
/** For the connection whose function calls them; 0 to 86400000 milliseconds. */
declare function setTimeout(run: (...given: any[]) => void, milliseconds?: number, ...given: any[]): number;
declare function setInterval(run: (...given: any[]) => void, milliseconds?: number, ...given: any[]): number;
declare function clearTimeout(timer?: number): void;
declare function clearInterval(timer?: number): void;
/** Undefined for a connection of our own. */
declare const listener: Listener | undefined;
/** All open connections of this listener. */
declare function connections(): Connection[];
/** Shared by all connections of this listener; stays when the script is read again, but not when its process had to be ended. */
declare const store: any;
)TS";

} // namespace sw
