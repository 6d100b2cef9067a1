// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QStringList>

#include <vector>

namespace sw {

/// A network interface of this machine.
struct InterfaceInfo {
    QString name;
    int index = 0;
    bool isUp = false;
    bool isLoopback = false;
    bool isMulticast = false;
    int mtu = 0;
    QString hardwareAddress;
    QStringList addresses; ///< with prefix length: `127.0.0.1/8`
};

/// Every interface, in the system's order. Any thread.
std::vector<InterfaceInfo> interfaces();

} // namespace sw
