// SPDX-License-Identifier: MIT
#pragma once

#include "core/engine/engine.h"
#include "core/engine/messageplayer.h"
#include "core/payload/payload.h"
#include "ui/composer/messagehistory.h"
#include "ui/settings/settings.h"

#include <QTimer>
#include <QWidget>

#include <functional>

class QAction;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;
class QToolButton;

namespace sw::ui {

class ElidedLabel;
class MessageField;

/// Writes messages to one endpoint: text with escapes, hex, or a file; once or again and again; to all connections when
/// the endpoint is a listener, to a destination when it is a datagram socket.
class Composer final : public QWidget {
    Q_OBJECT

public:
    Composer(Engine& engine, Settings& settings, EndpointId endpoint, QWidget* parent = nullptr);

    /// The endpoint's state decides what can be sent.
    void setSnapshot(const EndpointSnapshot& snapshot);
    void focusMessage();
    void setForm(PayloadForm form);
    /// Puts bytes into the message field: as text with escapes.
    void setMessage(const QByteArray& bytes);
    /// Sends a saved message, with its pauses.
    void play(const SavedMessage& message);
    /// What stands in the field, as a step that can be saved; nothing for files and what cannot be read.
    std::optional<MessageStep> step() const;
    LineEnding lineEnding() const;
    /// The encoding of text and templates; UTF-8 for the others.
    QString encoding() const;
    /// The unfinished message, as setDraft() takes it: `text …`, `hex …` or `template …`; empty: there is none.
    QString draft() const;
    void setDraft(const QString& draft);

signals:
    /// A saved message was dropped here: its path.
    void messageDropped(const QString& path);
    /// Something could not be done, for the status bar.
    void complained(const QString& text);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void buildRow();
    void buildOptions();
    QAction* addForm(const QString& text, const char* name, std::function<void()> choose);
    void listFields();
    QString source() const;
    void updateSize();
    void preview();
    void showPreview();
    void send();
    void setTemplate();
    void sendInPieces(std::chrono::microseconds pause, std::chrono::microseconds interval);
    void sendFileOnce();
    void stopRepeating();
    bool isRepeating() const { return m_repeat.isActive() || m_player.isPlaying(); }
    Result<QByteArray> previewBytesOf() const;
    void chooseFile();
    void updateControls();
    PayloadSpec spec() const;

    Engine& m_engine;
    Settings& m_settings;
    EndpointId m_endpoint;
    PayloadForm m_form = PayloadForm::Text;
    bool m_isTemplate = false; // text with fields
    MessagePlayer m_player;
    MessageHistory m_history;
    QTimer m_repeat; // of files
    int m_left = 0;
    qsizetype m_previewSize = 0; // bytes of the message that stands in the field
    bool m_canSend = false;
    bool m_isUnconnected = false;

    QToolButton* m_formButton; // its menu has the forms
    QAction* m_text;
    QAction* m_hex;
    QAction* m_template;
    QAction* m_file;
    QToolButton* m_fields; // of templates: its menu has them
    QToolButton* m_browse;
    QToolButton* m_optionsButton;
    QWidget* m_options; // the second row
    QComboBox* m_ending;
    QComboBox* m_encoding;
    MessageField* m_message;
    QLineEdit* m_destination;
    QLabel* m_destinationLabel;
    QPushButton* m_send;
    QLabel* m_size; // in the first row: how many bytes, and the line ending
    ElidedLabel* m_preview;
    QSpinBox* m_times;
    QLineEdit* m_interval;
    QLineEdit* m_pause; // between pieces of a message
    QComboBox* m_piece;
};

} // namespace sw::ui
