// SPDX-License-Identifier: MIT
#include "core/address/interfaces.h"

#include <QNetworkInterface>

namespace sw {

std::vector<InterfaceInfo> interfaces() {
    std::vector<InterfaceInfo> all;
    const auto found = QNetworkInterface::allInterfaces();
    for (const QNetworkInterface& entry : found) {
        InterfaceInfo info;
        info.name = entry.name();
        info.index = entry.index();
        info.isUp = entry.flags().testFlag(QNetworkInterface::IsUp);
        info.isLoopback = entry.flags().testFlag(QNetworkInterface::IsLoopBack);
        info.isMulticast = entry.flags().testFlag(QNetworkInterface::CanMulticast);
        info.mtu = entry.maximumTransmissionUnit();
        info.hardwareAddress = entry.hardwareAddress();
        const auto addresses = entry.addressEntries();
        for (const QNetworkAddressEntry& address : addresses)
            info.addresses.append(address.ip().toString() + QStringLiteral("/") +
                                  QString::number(address.prefixLength()));
        all.push_back(info);
    }
    return all;
}

} // namespace sw
