// SPDX-License-Identifier: MIT
#pragma once

namespace sw {

/// What scripts can use, as editors read it (TypeScript declarations); `swright list script` prints it.
constexpr const char* scriptDeclarations =
    R"TS(// What a script of Socketwright can use. Every function of yours may be missing.

/** Splits what arrives into messages: "lines", "delimiter=\\r\\n", "fixed=16", "length=2be", "idle=50ms", "slip", "cobs". */
declare let framer: string | undefined;

/** A new connection: false refuses it with a reset. */
declare function acceptor(connection: Connection): boolean | void;
/** The connection can be used from now on. */
declare function opened(connection: Connection): void;
/** The connection has become TLS in the middle. */
declare function secured(connection: Connection): void;
/** Bytes arrived; with a framer, one message without its framing. */
declare function filter(connection: Connection, bytes: Bytes): void;
/** The user sends something; it goes out after this. */
declare function sent(connection: Connection, bytes: Bytes): void;
/** What setTimer() asked for. */
declare function timer(connection: Connection, token: number): void;
/** The peer sends no more. Without this function, the connection is closed then. */
declare function end(connection: Connection): void;
/** The connection has ended, and why. */
declare function sentinel(connection: Connection, reason: Reason): void;

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
    /** Begins TLS once what was sent before is out; options as in an address, but for those that name files: "name=example.org&verify=off". */
    startTls(options?: string): void;
    /** Calls timer(connection, token) after 1 to 86400000 milliseconds. */
    setTimer(milliseconds: number, token?: number): void;
    /** Stops receiving, and so stops the peer, until resume(). */
    pause(): void;
    resume(): void;
    /** Whether what passes is recorded. */
    record(isOn: boolean): void;
    /** Sets a mark in the transcript. */
    mark(text: string): void;
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
/** All open connections of this listener. */
declare function connections(): Connection[];
/** Shared by all connections of this listener; stays when the script is read again. */
declare const store: any;
)TS";

} // namespace sw
