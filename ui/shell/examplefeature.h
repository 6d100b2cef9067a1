// SPDX-License-Identifier: MIT
#pragma once

#include "ui/workbench/workbench.h"

namespace sw::ui {

class AddressFeature;

/// The example that people begin with: a talk server and a client that is connected to it, side by side. The UI thread.
class ExampleFeature final : public Feature {
    Q_OBJECT

public:
    ExampleFeature(Workbench& bench, AddressFeature& address);

    void open();

private:
    void connectClient(const EndpointSnapshot& server);

    AddressFeature& m_address;
    bool m_isOpening = false;
};

} // namespace sw::ui
