// SPDX-License-Identifier: MIT
#pragma once

#include "core/transcript/transcript.h"

#include <QAbstractTableModel>
#include <QWidget>

class QTableView;

namespace sw::ui {

/// The events of all endpoints as rows; text is made when a row is painted.
class EventLogModel final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { Time, Endpoint, Text };

    explicit EventLogModel(std::shared_ptr<const Transcript> log, QObject* parent = nullptr);

    void refresh();
    EndpointId endpointAt(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    TranscriptReader m_reader;
    int m_rows = 0;
};

/// Shows the event log, following its end.
class EventLogPanel final : public QWidget {
    Q_OBJECT

public:
    explicit EventLogPanel(std::shared_ptr<const Transcript> log, QWidget* parent = nullptr);

    void refresh();

signals:
    void endpointChosen(EndpointId id);

private:
    EventLogModel m_model;
    QTableView* m_table;
};

} // namespace sw::ui
