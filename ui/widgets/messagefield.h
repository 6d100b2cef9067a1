// SPDX-License-Identifier: MIT
#pragma once

#include <QPlainTextEdit>

namespace sw::ui {

/// A field for a message, of one line that grows to several. Return sends; Shift+Return begins a new line. A text that
/// is too long to be edited is held whole beside the field, which says so: nothing is ever cut. The UI thread.
class MessageField final : public QPlainTextEdit {
    Q_OBJECT

public:
    /// Characters that can be edited; what is longer is held.
    static constexpr qsizetype mostEdited = 1 << 16;
    static constexpr int mostLines = 6; ///< that are seen at once

    explicit MessageField(QWidget* parent = nullptr);

    QString text() const;
    void setText(const QString& text);
    bool isHolding() const { return !m_held.isEmpty(); }
    /// The caret is in the first or last row: Up and Down leave the text.
    bool isAtFirstLine() const;
    bool isAtLastLine() const;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    /// What text() says is another.
    void textEdited();
    void returnPressed();

protected:
    void insertFromMimeData(const QMimeData* source) override;
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void hold(const QString& text);
    void letGo();
    void fit();

    QString m_held;
    QString m_before; // what stood here when it began to hold
};

} // namespace sw::ui
